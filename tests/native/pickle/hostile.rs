//! Hostile files: each is an error or an inert tree, in bounded time and memory.
