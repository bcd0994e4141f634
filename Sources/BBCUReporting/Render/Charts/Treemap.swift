/// Sizes as areas: squarified rectangles (Bruls, Huizing and van Wijk 2000), the largest first from the upper left.
package struct Treemap {
    /// A rectangle.
    struct Item {
        var name: String
        var detail: String
        var size: Double
        /// A class of the style sheet.
        var style: String
    }

    /// Where an item lies.
    package struct Place: Hashable {
        package var item: Int
        package var x: Double
        package var y: Double
        package var width: Double
        package var height: Double
    }

    var description: String
    var items: [Item]

    /// Lays the items out in a rectangle. Those without a size have no place.
    package static func places(_ sizes: [Double], width: Double, height: Double) -> [Place] {
        let order = sizes.indices.filter { sizes[$0] > 0 }.sorted { (sizes[$1], $0) < (sizes[$0], $1) }
        let total = order.reduce(0) { $0 + sizes[$1] }
        guard total > 0 else { return [] }
        var free = Place(item: 0, x: 0, y: 0, width: width, height: height)
        var places: [Place] = []
        var rest = order[...]
        while !rest.isEmpty {
            let side = min(free.width, free.height)
            var row: [Int] = []
            var worst = Double.infinity
            while let next = rest.first {
                let areas = (row + [next]).map { sizes[$0] / total * width * height }
                let candidate = aspect(areas, side: side)
                guard row.isEmpty || candidate <= worst else { break }
                worst = candidate
                row.append(next)
                rest = rest.dropFirst()
            }
            places += lay(row, row.map { sizes[$0] / total * width * height }, into: &free)
        }
        return places
    }

    /// The worst ratio of sides in a row along `side`.
    private static func aspect(_ areas: [Double], side: Double) -> Double {
        let sum = areas.reduce(0, +)
        guard sum > 0, side > 0 else { return .infinity }
        return areas.map { area in max(side * side * area / (sum * sum), sum * sum / (side * side * area)) }.max() ?? 0
    }

    /// Lays a row along the shorter side of what is free, and takes it away.
    private static func lay(_ row: [Int], _ areas: [Double], into free: inout Place) -> [Place] {
        let sum = areas.reduce(0, +)
        let isColumn = free.width >= free.height
        let side = isColumn ? free.height : free.width
        let depth = side > 0 ? sum / side : 0
        var offset = 0.0
        let places = zip(row, areas).map { item, area in
            let length = depth > 0 ? area / depth : 0
            defer { offset += length }
            return isColumn
                ? Place(item: item, x: free.x, y: free.y + offset, width: depth, height: length)
                : Place(item: item, x: free.x + offset, y: free.y, width: length, height: depth)
        }
        if isColumn {
            (free.x, free.width) = (free.x + depth, free.width - depth)
        } else {
            (free.y, free.height) = (free.y + depth, free.height - depth)
        }
        return places
    }

    /// The drawing; a name is written where it fits.
    var markup: Markup {
        let (width, height) = (760.0, 380.0)
        var short = ShortNames(items.map(\.name))
        let tiles = Self.places(items.map(\.size), width: width, height: height).map { place in
            let item = items[place.item]
            let title = Markup.tag("title", [:], "\(item.name): \(item.detail)")
            let tile = Markup.tag(
                "rect",
                [
                    "class": "tile " + item.style, "x": ChartFrame.number(place.x), "y": ChartFrame.number(place.y),
                    "width": ChartFrame.number(place.width), "height": ChartFrame.number(place.height),
                ], [title])
            let room = Int((place.width - 10) / 7)
            guard place.height >= 18, room >= 5 else { return tile }
            let name = short.cut(item.name, atMost: room)
            let isStrong = ["level4", "beyond", "second", "third", "first", "fourth"].contains(item.style)
            return .group([
                tile,
                .tag(
                    "text",
                    [
                        "x": ChartFrame.number(place.x + 5), "y": ChartFrame.number(place.y + 14),
                        "class": isStrong ? "tile-strong" : "tile-text",
                    ], [.text(name), title]),
            ])
        }
        return .tag("svg", ["viewBox": "0 0 760 380", "role": "img", "aria-label": description], tiles)
    }
}
