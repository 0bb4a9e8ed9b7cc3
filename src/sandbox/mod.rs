//! A local Domo on axum that keeps state and speaks the same API: for demos, rehearsals and tests.
