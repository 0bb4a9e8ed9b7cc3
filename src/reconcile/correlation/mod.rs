//! Who is whom: what makes an account and a person one, from what an address is compared as to the pairs judged together.

pub(in crate::reconcile) mod candidates;
pub(in crate::reconcile) mod fold;
pub(in crate::reconcile) mod join;
mod keyed;
pub(in crate::reconcile) mod keys;
pub(in crate::reconcile) mod links;
pub(in crate::reconcile) mod matching;
pub(in crate::reconcile) mod names;
pub(in crate::reconcile) mod near;
pub(in crate::reconcile) mod placeholders;
pub(in crate::reconcile) mod rejected;
mod sets;
