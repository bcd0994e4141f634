// What the machine can do at best, for the roofline: independent chains of fused multiply-adds in registers, and of
// mismatches that are counted. LANES, NAME(suffix); included after binary_template.h.

// As many chains as hide the latency of either operation.
#define CHAINS 12

static float NAME(peak_multiply_adds)(size_t rounds) {
    NAME(reals) sums[CHAINS];
    for (size_t i = 0; i < CHAINS; i++) sums[i] = (NAME(reals)){0} + (float)i;
    // Not known to the compiler, which would fold the rounds otherwise.
    volatile float given = 0.999f;
    const NAME(reals) factor = (NAME(reals)){0} + given;
    for (size_t round = 0; round < rounds; round++)
        for (size_t i = 0; i < CHAINS; i++) sums[i] = FMA(sums[i], factor, factor);
    float total = 0;
    for (size_t i = 0; i < CHAINS; i++)
        for (size_t lane = 0; lane < LANES; lane++) total += sums[i][lane];
    return total;
}

static uint32_t NAME(peak_counts)(size_t rounds) {
    NAME(words) totals[CHAINS], bits[CHAINS];
    volatile uint32_t given = 0x9e3779b9;
    NAME(words) weight = (NAME(words)){0} + given;
    for (size_t i = 0; i < CHAINS; i++) {
        totals[i] = (NAME(words)){0};
        bits[i] = (NAME(words)){0} + (uint32_t)(i * given);
    }
    for (size_t round = 0; round < rounds; round++) {
        weight += weight;
        for (size_t i = 0; i < CHAINS; i++) totals[i] = NAME(count)(totals[i], bits[i] ^ weight);
    }
    uint32_t total = 0;
    for (size_t i = 0; i < CHAINS; i++)
        for (size_t lane = 0; lane < LANES; lane++) total += totals[i][lane];
    return total;
}

static const bbcu_peak NAME(peak) = {
    .multiply_adds = NAME(peak_multiply_adds),
    .multiply_adds_a_round = CHAINS * LANES,
    .counts = NAME(peak_counts),
    .products_a_round = CHAINS * LANES * 32,
};

#undef CHAINS
