//! Buckets as other tools cut them: `bucket("vips.salt" of id as launchdarkly)`.

use md5::{Digest as _, Md5};
use sha1::Sha1;

/// A tool whose percentages can be had: it hashes by MD5 or SHA-1, which engines have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BucketTool {
    /// `seed.value`, with the seed `key.salt`.
    LaunchDarkly,
    /// `seed.value`, with the key of a flag as the seed.
    PostHog,
    /// The seed, then the value; repeated, separated by commas, until the bucket isn't the last one.
    Flagsmith,
    /// The value, then the seed, which is the name of a segment.
    Dittofeed,
}

/// How a bucket follows from a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BucketHash {
    /// `floor(100000 × the first 15 hexadecimal digits of the SHA-1 / 0xFFFFFFFFFFFFFFF)`
    Sha1Share,
    /// `floor(100000 × the first 16 hexadecimal digits of the MD5 / 2^64)`
    Md5Share,
    /// The MD5, a number of 128 bits, modulo 9999.
    Md5Remainder,
}

impl BucketTool {
    /// All tools, in the order of the documentation.
    pub const ALL: [Self; 4] = [Self::LaunchDarkly, Self::PostHog, Self::Flagsmith, Self::Dittofeed];

    /// Its name in segments.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::LaunchDarkly => "launchdarkly",
            Self::PostHog => "posthog",
            Self::Flagsmith => "flagsmith",
            Self::Dittofeed => "dittofeed",
        }
    }

    /// The tool with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.name() == name)
    }

    /// The name of its function in the canonical form of conditions.
    pub(crate) fn function(self) -> &'static str {
        match self {
            Self::LaunchDarkly => "bucket as launchdarkly",
            Self::PostHog => "bucket as posthog",
            Self::Flagsmith => "bucket as flagsmith",
            Self::Dittofeed => "bucket as dittofeed",
        }
    }

    /// What is made of the text.
    #[must_use]
    pub fn hash(self) -> BucketHash {
        match self {
            Self::LaunchDarkly | Self::PostHog => BucketHash::Sha1Share,
            Self::Flagsmith => BucketHash::Md5Remainder,
            Self::Dittofeed => BucketHash::Md5Share,
        }
    }

    /// What the hashed text has before the value and after it.
    #[must_use]
    pub fn around(self, seed: &str) -> (String, String) {
        match self {
            Self::LaunchDarkly | Self::PostHog => (format!("{seed}."), String::new()),
            Self::Flagsmith => (seed.to_owned(), String::new()),
            Self::Dittofeed => (String::new(), seed.to_owned()),
        }
    }

    /// How often the text may be repeated for another bucket. Flagsmith never stops; after the third time, 1 of
    /// 10^12 values is left, which keeps the last bucket.
    #[must_use]
    pub fn rounds(self) -> usize {
        if self == Self::Flagsmith { 3 } else { 1 }
    }

    /// The highest bucket. In Flagsmith, it stands for another round.
    #[must_use]
    pub fn last(self) -> i64 {
        match self.hash() {
            // All 60 bits are set in 1 of 10^18 values.
            BucketHash::Sha1Share => 100_000,
            BucketHash::Md5Share => 99_999,
            BucketHash::Md5Remainder => 9_998,
        }
    }

    /// The bucket of a value.
    #[must_use]
    pub fn bucket(self, seed: &str, value: &str) -> i64 {
        let (before, after) = self.around(seed);
        let once = format!("{before}{value}{after}");
        let mut buckets =
            (1..=self.rounds()).map(|round| self.hash().of(&vec![once.as_str(); round].join(",")));
        buckets.find(|bucket| *bucket != self.last()).unwrap_or(self.last())
    }
}

impl BucketHash {
    fn of(self, text: &str) -> i64 {
        let found = match self {
            Self::Sha1Share => {
                let most = (1_u128 << 60) - 1;
                (first_64(&Sha1::digest(text)) >> 4) * 100_000 / most
            }
            Self::Md5Share => (first_64(&Md5::digest(text)) * 100_000) >> 64,
            Self::Md5Remainder => {
                Md5::digest(text).iter().fold(0, |sum, &byte| (sum * 256 + u128::from(byte)) % 9_999)
            }
        };
        i64::try_from(found).unwrap_or(i64::MAX)
    }
}

/// The first 16 hexadecimal digits of a hash as a number.
fn first_64(hash: &[u8]) -> u128 {
    hash.iter().take(8).fold(0, |sum, &byte| (sum << 8) | u128::from(byte))
}

#[cfg(test)]
mod tests {
    use super::BucketTool as T;

    /// Whether `distinct_id_0` and the users after it are in 45 % of PostHog's `simple-flag`.
    const POSTHOG: &str = "\
        0110100101011010001101001011000111100000011011000110000101010110101011001001010010001101101111101100\
        1111001011100000100111001010010000000011001001100101011100010000110110101101011101001101011001111011";

    /// The values in the tools' own tests: launchdarkly/go-server-sdk-evaluation,
    /// `evaluator_bucketing_testdata_test.go`; launchdarkly/sdk-test-harness, `segment-match.yml`; PostHog/posthog-python,
    /// `test_simple_flag_consistency`; dittofeed/dittofeed, `computePropertiesIncremental.test.ts`.
    #[test]
    fn buckets_are_those_of_the_tools() {
        for (value, share) in [
            ("userKeyA", 0.421_575_87),
            ("userKeyB", 0.670_848_5),
            ("userKeyC", 0.103_431_06),
            ("33333", 0.547_714_23),
            ("99999", 0.730_965_8),
        ] {
            let bucket = T::LaunchDarkly.bucket("hashKey.saltyA", value);
            #[expect(clippy::cast_possible_truncation, reason = "it is below 100,000")]
            let expected = (share * 100_000.0_f64).floor() as i64;
            assert_eq!(bucket, expected, "{value}");
        }
        assert_eq!(T::LaunchDarkly.bucket("segment3.salty", "user-key"), 14_950);
        assert_eq!(T::LaunchDarkly.bucket("segment3.salty", "unmatching-key"), 36_563);
        for (index, is_in) in POSTHOG.chars().enumerate() {
            let bucket = T::PostHog.bucket("simple-flag", &format!("distinct_id_{index}"));
            assert_eq!(bucket < 45_000, is_in == '1', "distinct_id_{index}");
        }
        assert!(T::Dittofeed.bucket("test", "user-1") >= 50_000);
        assert!(T::Dittofeed.bucket("test", "user-b") < 50_000);
    }
}
