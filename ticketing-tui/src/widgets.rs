//! The widgets of the screens.

pub(crate) mod activity_line;
pub(crate) mod app_bars;
pub(crate) mod columns;
pub(crate) mod form;
pub(crate) mod list;
pub(crate) mod meter;
pub(crate) mod order_card;
pub(crate) mod painter;
pub(crate) mod panes;
pub(crate) mod placeholder;
pub(crate) mod qr;
pub(crate) mod stub;
pub(crate) mod ticket_card;
pub(crate) mod toasts;
