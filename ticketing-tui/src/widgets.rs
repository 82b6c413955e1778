//! What screens are drawn with.

pub(crate) mod card;
pub(crate) mod chrome;
pub(crate) mod columns;
pub(crate) mod empty;
pub(crate) mod form;
pub(crate) mod list;
pub(crate) mod meter;
pub(crate) mod painter;
pub(crate) mod qr;
pub(crate) mod sending;
pub(crate) mod ticker;
pub(crate) mod toasts;
