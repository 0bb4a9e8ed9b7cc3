//! Which of many belong together, found pair by pair.

/// Disjoint sets of what is numbered from 0.
pub(super) struct Sets {
    parent: Vec<u32>,
    joined: Vec<bool>,
}

impl Sets {
    /// Each alone.
    pub(super) fn new(len: u32) -> Self {
        Self { parent: (0..len).collect(), joined: vec![false; len as usize] }
    }

    /// The first of those that belong together.
    pub(super) fn head(&mut self, row: u32) -> u32 {
        let mut at = row;
        while self.parent[at as usize] != at {
            self.parent[at as usize] = self.parent[self.parent[at as usize] as usize];
            at = self.parent[at as usize];
        }
        at
    }

    /// Two belong together, and with each all that belong with it.
    pub(super) fn join(&mut self, first: u32, second: u32) {
        let (first, second) = (self.head(first), self.head(second));
        self.parent[second.max(first) as usize] = first.min(second);
        self.joined[first.min(second) as usize] = true;
    }

    /// Whether the first of a set was joined by any.
    pub(super) fn is_joined(&self, row: u32) -> bool {
        self.joined[row as usize]
    }
}
