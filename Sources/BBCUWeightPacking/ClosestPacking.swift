import BBCUPlatform

/// The layout that comes closest to a blob which none gives.
struct ClosestPacking {
    private let weights: PackingWeights
    private let branches: [PackingBranch]

    init(_ weights: PackingWeights) {
        self.weights = weights
        branches = PackingBranch.family(weights)
    }

    /// A layout of which not every bit agrees.
    private struct Candidate {
        var layout: PackingLayout
        var start: Int
        var agreement: Double

        /// The closer of two, else the simpler, else the first.
        func better(_ other: Candidate) -> Candidate {
            (agreement, -layout.complexity) >= (other.agreement, -other.layout.complexity) ? self : other
        }
    }

    /// The closest layout, and the share of its bits that agree.
    /// - Parameter threads: how many share the search; the result does not depend on it.
    func best(in blob: PackedBlob, threads: Int) -> (agreement: Double, found: PackingReport.Closest)? {
        var readers: [BlobReader] = []
        for start in starts(blob) {
            for order in PackingLayout.BitOrder.family(blob) {
                readers += [0, 1].map { BlobReader(blob: blob, start: start, order: order, invert: $0) }
            }
        }
        let readings = readers
        let found = concurrentMap(branches.count, threads: threads) { search(branches[$0], readings) }.compactMap { $0 }
        let best = found.dropFirst().reduce(found.first) { $0?.better($1) }
        let candidate = best ?? Candidate(layout: .packedModel, start: 0, agreement: agreement(.packedModel, blob))
        return described(candidate, blob).map { (candidate.agreement, $0) }
    }

    /// Where weights are likely to begin: at the start, behind a header of a usual size, or as far from the end as they
    /// are long.
    private func starts(_ blob: PackedBlob) -> [Int] {
        var result = [0]
        let bits = weights.sizes.count
        for start in [blob.run.count - bits, 32, 64, 128, 256, 512, 1024]
        where start > 0 && start % blob.step == 0 && start + bits <= blob.run.count && !result.contains(start) {
            result.append(start)
        }
        return result
    }

    /// Every guess is made once, and held against the blob in all ways of reading it in which its inner digits fit.
    private func search(_ branch: PackingBranch, _ readers: [BlobReader]) -> Candidate? {
        var best: Candidate?
        // What contradicts so far, by the number of digits; nil for what is given up.
        var counts: [[PackingContradictions?]] = [readers.map { _ in PackingContradictions() }]
        /// Whether the first bits of a guess are not too wrong in every way of reading that is left.
        func isWorthMaking(_ beginning: LayoutCandidate) -> Bool {
            let head = branch.head(beginning.run)
            return zip(counts[beginning.order.count - 1], readers).contains { before, reader in
                before != nil && !reader.contradictions(head).areTooMany
            }
        }
        branch.visit(LayoutCandidate(branch), probe: isWorthMaking) { guess in
            let head = branch.head(guess.run)
            // Gone through once here, and not for every way of reading the blob.
            let start = branch.firstCounted(guess.run, from: guess.parentCount)
            let totals = zip(counts[guess.order.count - 1], readers).map { before, reader -> PackingContradictions? in
                guard var total = before else { return nil }
                let first = reader.contradictions(head)
                guard !first.areTooMany else { return nil }
                guard guess.run.places.count > PackingHead.bits else { return first }
                var part = PackingContradictions()
                branch.count(guess.run, from: start, reader, &part)
                total.wrong += part.wrong
                total.of += part.of
                return part.areTooMany || total.areTooMany ? nil : total
            }
            guard totals.contains(where: { $0 != nil }) else { return false }
            counts.removeSubrange(guess.order.count...)
            counts.append(totals)
            guard guess.isComplete else { return true }
            for (total, reader) in zip(totals, readers) {
                guard let total, total.of > 0 else { continue }
                let agreement = 1 - Double(total.wrong) / Double(total.of)
                let layout = guess.layout(reader.invert == 1, reader.order)
                let candidate = Candidate(layout: layout, start: reader.start, agreement: agreement)
                best = best?.better(candidate) ?? candidate
            }
            return true
        }
        return best
    }

    private func agreement(_ layout: PackingLayout, _ blob: PackedBlob) -> Double {
        let (bits, counts) = layout.pack(weights)
        let places = bits.indices.filter { counts[$0] }
        let right = places.count { $0 < blob.run.count && blob.run[$0] == bits[$0] }
        return Double(right) / Double(max(1, places.count))
    }

    private func described(_ candidate: Candidate, _ blob: PackedBlob) -> PackingReport.Closest? {
        let (bits, counts) = candidate.layout.pack(weights)
        let width = blob.wordBits == 1 ? 8 : blob.wordBits
        let places = candidate.layout.weightPlaces(weights.sizes)
        var wrong: [Int] = []
        for index in bits.indices where counts[index] {
            let place = candidate.start + index
            if place >= blob.run.count || blob.run[place] != bits[index] { wrong.append(index) }
        }
        guard let first = wrong.first else { return nil }
        let word = (candidate.start + first) / width
        var (found, expected): ([UInt8], [UInt8]) = ([], [])
        for place in word * width..<(word + 1) * width {
            let bit = place < blob.run.count ? blob.run[place] : 0
            let index = place - candidate.start
            found.append(bit)
            expected.append(bits.indices.contains(index) && counts[index] ? bits[index] : bit)
        }
        let weight = Int(places[first]) % weights.sizes.count
        let (kernel, inputs) = (weights.sizes.kernel, weights.sizes.inputs)
        let taps = kernel * kernel
        return .init(
            layout: candidate.layout,
            placement: .init(
                layer: weights.name, start: candidate.start, count: candidate.layout.bitCount(weights.sizes)),
            filled: candidate.layout.filled(weights.sizes),
            contradiction: .init(
                word: word, found: found, expected: expected,
                weight: [
                    weight / taps / inputs, weight / taps % inputs, weight % taps / kernel, weight % kernel,
                ]),
            wrongWords: Set(wrong.map { (candidate.start + $0) / width }).count,
            wordCount: (bits.count + width - 1) / width)
    }
}
