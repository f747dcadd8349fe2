//! Host only: reading rows, training, buckets, and the command line over them.

pub mod cli;
pub mod data;
pub mod doctor;
pub mod interpreter;
pub mod registry;
pub mod report;
pub mod score;
pub mod store;
pub mod train;
