//! Places in the frames, each population with its own type: an account is never taken for a person, nor a person for a row of the
//! directory.

use std::marker::PhantomData;
use std::ops::Index;

use rayon::prelude::*;

/// A place in one of the frames.
pub(super) trait Place: Copy + Send + Sync {
    fn new(at: u32) -> Self;
    fn at(self) -> usize;
}

macro_rules! places {
    ($($(#[$meta:meta])* $name:ident;)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(super) struct $name(pub(super) u32);

        impl Place for $name {
            fn new(at: u32) -> Self {
                Self(at)
            }

            fn at(self) -> usize {
                self.0 as usize
            }
        }
    )+};
}

places! {
    /// An account: a row of the accounts frame.
    Account;
    /// A person: one row of the directory, or several that were folded into one.
    Person;
    /// A row of the directory, as its files have it.
    Row;
}

/// All places of a population of this size, on all cores.
pub(super) fn all<P: Place>(height: u32) -> impl IndexedParallelIterator<Item = P> {
    (0..height).into_par_iter().with_min_len(1024).map(P::new)
}

/// Something of each account, or of each person: found by that and nothing else.
#[derive(Debug)]
pub(super) struct Each<P, T> {
    all: Vec<T>,
    of: PhantomData<P>,
}

impl<P: Place, T> Each<P, T> {
    /// One for each, worked out on all cores.
    pub(super) fn of(height: u32, one: impl Fn(P) -> T + Sync + Send) -> Self
    where
        T: Send,
    {
        Self { all: all(height).map(one).collect(), of: PhantomData }
    }

    /// The same for each, to begin with.
    pub(super) fn filled(height: u32, with: T) -> Self
    where
        T: Clone,
    {
        Self { all: vec![with; height as usize], of: PhantomData }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (P, &T)> {
        (0..).map(P::new).zip(&self.all)
    }

    pub(super) fn par_iter(&self) -> impl ParallelIterator<Item = (P, &T)>
    where
        T: Sync,
    {
        self.all.par_iter().enumerate().with_min_len(1024).map(|(at, one)| (P::new(at as u32), one))
    }

    pub(super) fn values(&self) -> &[T] {
        &self.all
    }

    pub(super) fn get_mut(&mut self, place: P) -> &mut T {
        &mut self.all[place.at()]
    }
}

impl<P: Place, T> Index<P> for Each<P, T> {
    type Output = T;

    fn index(&self, place: P) -> &T {
        &self.all[place.at()]
    }
}
