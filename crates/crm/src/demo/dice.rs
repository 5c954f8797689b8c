//! Chance that repeats itself: the same seed throws the same dice, on every machine and in every release of
//! the toolchain. SplitMix64 is ten lines and good enough for examples; nothing here is secret.

/// Dice with a memory.
pub(super) struct Dice(u64);

impl Dice {
    /// Dice for one part of the story, so that a change to one part leaves the others as they were.
    pub(super) fn new(seed: u64, part: &str) -> Self {
        let mix = part.bytes().fold(seed ^ 0x9E37_79B9_7F4A_7C15, |mix, byte| {
            (mix ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
        });
        Dice(mix)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 to just below a number; 0 when it is 0.
    pub(super) fn below(&mut self, n: usize) -> usize {
        // The bias of the remainder is far below anything a reader of examples could notice.
        if n == 0 { 0 } else { (self.next() % n as u64) as usize }
    }

    /// Between two numbers, both included.
    pub(super) fn between(&mut self, least: i64, most: i64) -> i64 {
        let span = u64::try_from(most - least + 1).unwrap_or(1);
        least + i64::try_from(self.next() % span).unwrap_or(0)
    }

    /// Whether it happens, in percent.
    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of several.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// One of several by weight.
    pub(super) fn weigh<'a, T>(&mut self, items: &'a [T], weight: impl Fn(&T) -> usize) -> &'a T {
        let mut left = self.below(items.iter().map(&weight).sum());
        let mut chosen = &items[0];
        for item in items {
            chosen = item;
            let weight = weight(item);
            if left < weight {
                break;
            }
            left -= weight;
        }
        chosen
    }

    /// Puts them in another order.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    /// So many digits, the first of which is not zero.
    pub(super) fn digits(&mut self, count: usize) -> String {
        (0..count)
            .map(|at| char::from(b'0' + u8::try_from(self.between(i64::from(at == 0), 9)).unwrap_or(1)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_throws_the_same_dice() {
        let throw = |seed| {
            let mut dice = Dice::new(seed, "orders");
            (0..20).map(|_| dice.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(throw(7), throw(7));
        assert_ne!(throw(7), throw(8));
        assert_ne!(Dice::new(7, "orders").below(1_000_000), Dice::new(7, "people").below(1_000_000));
    }

    #[test]
    fn nothing_falls_outside_what_was_asked() {
        let mut dice = Dice::new(1, "test");
        for _ in 0..2000 {
            assert!((-3..=4).contains(&dice.between(-3, 4)));
            assert!(dice.below(5) < 5);
            assert!(*dice.weigh(&[0_usize, 3, 1], |w| *w) > 0);
        }
        assert!(dice.digits(8).len() == 8 && !dice.digits(1).starts_with('0'));
    }
}
