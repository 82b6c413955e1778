//! The pure core, from outside: events in, effects and pictures out.
