//! The clauses of the rules of refreshing (docs/refresh.md), each by a name.
//!
//! A clause is asked for where it is kept. It always holds, at no cost: only with the feature
//! `mutants`, which is for tests, can one be taken away, so that they can show what goes wrong
//! without it. `tests/refresh_incremental/clauses.md` says how each is broken, and who notices.

macro_rules! clauses {
    ($($(#[$said:meta])+ $name:ident,)+) => {
        /// One thing that the rules of refreshing demand.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Clause {
            $($(#[$said])+ $name,)+
        }

        impl Clause {
            /// All of them, in the order of the rules.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Its name, as it is written in the code.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)+
                }
            }
        }
    };
}

clauses! {
    /// R1: rows behind a link that arrived or changed affect the keys they lead back to.
    LinkedRowsArrive,
    /// R1: so do rows of the segment's own entity.
    OwnRowsArrive,
    /// R1: the own row is read, even where no condition asks anything of it.
    OwnRowsAreRead,
    /// R1: rows that a path only passes through arrive and change as well.
    RowsPassedThrough,
    /// R1: a row without a stamp is looked at by every run.
    StampMayBeMissing,
    /// R1: a stamp that lies exactly at the watermark is new.
    StampAtTheWatermark,
    /// R1: the watermark is the engine's clock of the last run, not its as_of.
    WatermarkOfTheClock,
    /// R1: a row may become visible `settle` after its stamp.
    Settle,
    /// R1: an event may come `lateness` after its time.
    Lateness,
    /// R1: a soft delete tells when it was by `deleted_at`.
    DeletedAtIsAStamp,
    /// R1: rows of which nothing tells when they arrived are an obstacle.
    RowsHaveAStamp,
    /// R1: so are rows of which nothing says how they change.
    ChangesAreDeclared,
    /// R1: a stamp without its zone may be as much too early as the clocks are set back.
    StampWithoutItsZone,
    /// R2a: rows that as_of has passed have become past.
    CutAtAsOf,
    /// R2a: that goes for each time on the way to the rows, too.
    TimesOnTheWay,
    /// R2a: rows that the edge of a window has passed entered or left it.
    EdgesOfWindows,
    /// R2a: a bound that a row and the clock decide is a condition of both.
    BoundsOfRowAndClock,
    /// R2a: periods have edges inside of their window.
    EdgesOfPeriods,
    /// R2a: where a row and the clock decide those, no instants pass them.
    EdgesOfRowAndClock,
    /// R2a: the window of a sequence has edges, for each step.
    WindowOfASequence,
    /// R2a: a row at the earlier end of where an edge has moved is affected.
    LowEndIsClosed,
    /// R2a: so is a row at the later end.
    HighEndIsClosed,
    /// R2a: edges may run backwards.
    EdgesRunBackwards,
    /// R2a: a window of dates begins and ends with the first day from its instant on.
    FirstDayFromAnInstant,
    /// R2a: of one instant, dates have another range than times.
    DatesHaveTheirOwnRange,
    /// R2a, R2b: where a cause asks something of the outer row, that row is joined.
    OuterRowIsJoined,
    /// R2b: a condition that reads the clock changes though no row does.
    PredicatesOfTheClock,
    /// R2b: a value that an instant has passed tells that.
    InstantsThatPass,
    /// R2b: so does a condition that isn't what it was.
    PredicatesThatFlip,
    /// R2b: where the value moves, it is not enough that its bounds stand still.
    ValuesThatMove,
    /// R2b: only what is nothing but as_of, moved by the calendar, passes values.
    PlainInstants,
    /// R2b: where a local day comes twice, no midnights begin and end it.
    DaysThatComeTwice,
    /// R2c: rows whose value the clock has passed change what an aggregate that picks one says.
    RowsOfTheAggregate,
    /// R2c: so does what `coalesce` falls back to where the aggregate has no rows.
    FallbackOfCoalesce,
    /// R2c: of other aggregates and the clock no single row tells.
    AggregatesThatPick,
    /// R2c: nor of memberships, periods and sequences in a condition that reads the clock.
    PredicatesOfOneRow,
    /// R2c: a condition of which nothing tells is an obstacle.
    UnsoundPredicates,
    /// R2c: what a trait of another row aggregates isn't found among this one's rows.
    TraitsOfOtherRows,
    /// R2c: an aggregated value that reads the clock is another at every run.
    AggregatedValues,
    /// R2d: a trailing `then not` becomes true by waiting.
    TrailingThenNot,
    /// R1, R2: what a trait reads is read.
    TraitsAreRead,
    /// R1, R2: so is what a sequence matches.
    MatchingIsRead,
    /// R3: the far side of a link may not change, for a row that moved doesn't tell whose it was.
    LinksLeadBack,
    /// R3: only a name that can't change narrows the events that are looked at.
    NamesThatStay,
    /// R4: rows behind a link may not go without a trace.
    LinkedRowsStay,
    /// R4: the rows of a query may go, whatever is said of deletes.
    QueriesForget,
    /// R4: a member whose row is gone is looked at.
    RowsThatAreGone,
    /// R4: where members are ranked, so is a candidate whose row is gone.
    CandidatesThatAreGone,
    /// R5: who entered or left a segment that is read from its table is looked at.
    LogsAreRead,
    /// R5: a segment reads its parent.
    ParentIsRead,
    /// R5: and those before it in its exclusive group.
    RivalsAreRead,
    /// R5: rows on the way to a membership arrive and change.
    RowsBeforeAMembership,
    /// R5: a `keep` that is put in place is about everyone.
    InlinedKeeps,
    /// R5: a log that is read must reach back to what has been read.
    LogReachesBack,
    /// R5: a log must hold every run that hasn't been read.
    LogIsWhole,
    /// R5: a log that was emptied under its reader isn't built upon.
    LogIsNotBehind,
    /// R5: whoever prunes a log writes down up to where.
    PruningIsRecorded,
    /// R5: a log is pruned to what the slowest reader has read.
    SlowestReaderPrunes,
    /// R6: what is ranked by may not read the clock.
    RanksReadNoClock,
    /// R6: it may be no version, which is stored as another text than it is ordered by.
    RanksAreNoVersions,
    /// R6: it may be no sum of floats, whose last digits depend on the order of the rows.
    RanksAreNoFloatSums,
    /// R6: all who match are ranked, not only those who were affected.
    RankedAsAWhole,
    /// R6: candidates are looked at where the last run can't be built upon.
    CandidatesIfNew,
    /// Narrowing: an inlined segment that is asked of other rows, too, is evaluated in full.
    AskedOfOthers,
    /// Narrowing: so is one that such a segment asks.
    AskedOfOthersByAnother,
    /// Narrowing: also if the one that asks of the own row asks of others.
    AskedOfOthersByTheSame,
    /// Narrowing: a trait may ask, too.
    AskedOfOthersByATrait,
    /// R8: nobody leaves only if the rows of all that is read stay.
    RowsStay,
    /// R8: only if no field that is read, linked through or keyed on changes.
    FieldsStay,
    /// R8: an array behind a link is empty until its row arrives.
    ArraysBehindALink,
    /// R8: a sum never falls only if nothing in it is negative.
    NothingNegative,
    /// R8: and only if it is a field's, not that of something reckoned.
    SumsOfFields,
    /// R8: and is no float, for then the order of its rows shows.
    NoFloatSums,
    /// R8: an aggregate may not be able to cross its bound again.
    BoundsCrossedOnce,
    /// R8: the bound may not move.
    BoundsStandStill,
    /// R8: windows may not move.
    WindowsStandStill,
    /// R8: nothing else may read the clock.
    NothingReadsTheClock,
    /// R8: nobody may leave what is read, either.
    InputsGrow,
    /// R8: nobody comes before the segment in its exclusive group.
    NoRivals,
    /// R8: nobody is ranked.
    NoRanks,
    /// R8: nothing excludes that could begin to hold.
    NoExcludes,
    /// R8: nothing is negated that could cease to hold.
    NoNegation,
    /// R8: nor asked whether it is missing, for it may come.
    NothingMissing,
    /// R8: nor whether all rows are something, for the next may not be.
    NoEvery,
    /// R8: nor of a sequence.
    NoSequence,
    /// R8: nor of the latest or earliest rows.
    NoLatest,
    /// R8: nor with a `coalesce`.
    NoCoalesce,
    /// R8: who is a member by another meaning may leave all the same.
    AnotherMeaning,
    /// R9: a run of another meaning isn't built upon.
    SameFingerprint,
    /// R9: nor one that was refreshed in another way.
    SamePlan,
    /// R10: where the last run can't be built upon, everyone is looked at.
    EveryoneIfNew,
    /// R10: and every member.
    MembersIfNew,
    /// R10: a run at a later as_of isn't built upon.
    NotBackInTime,
    /// R10: nor one whose table doesn't hold as many members as it recorded: somebody has written
    /// to it, or dropped it.
    AsManyMembers,
    /// R10: nor one whose table of ranks was dropped or emptied since.
    RanksAreFilled,
    /// R10: nor one after which `rebuild_every` is due.
    RebuildEvery,
    /// A second row under the key of an affected one stops the run.
    DoubleOwnRows,
    /// So does a second one behind a to-one link, of which either arrived.
    DoubleLinkedRows,
}

#[cfg(not(feature = "mutants"))]
impl Clause {
    /// Whether it is in force, as it always is.
    #[inline]
    #[must_use]
    pub const fn holds(self) -> bool {
        true
    }
}

#[cfg(feature = "mutants")]
mod mutants {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::Clause;

    /// The one that is taken away, by its place; planning asks from many threads.
    static AWAY: AtomicUsize = AtomicUsize::new(NONE);
    const NONE: usize = usize::MAX;

    impl Clause {
        /// Whether it is in force.
        #[must_use]
        pub fn holds(self) -> bool {
            AWAY.load(Ordering::SeqCst) != self as usize
        }

        /// Does something without it. What is planned meanwhile on other threads is without it, too.
        pub fn without<T>(self, act: impl FnOnce() -> T) -> T {
            let _back = Back(AWAY.swap(self as usize, Ordering::SeqCst));
            act()
        }
    }

    /// Puts back what was taken away before, also where a test fails.
    struct Back(usize);

    impl Drop for Back {
        fn drop(&mut self) {
            AWAY.store(self.0, Ordering::SeqCst);
        }
    }
}
