//! The placeholder of data that is not shown: it is being loaded, there is none, or loading failed.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::painter::{Painter, below};
use crate::action::Action;
use crate::call_error::CallErrorKind;
use crate::model::{FeedState, Load, Model, SessionState};
use crate::text;

/// Draws a message in the middle of an area, with further lines below it.
pub(crate) fn message(painter: &mut Painter<'_>, area: Rect, title: &str, style: Style, more: &[&str]) {
    let width = area.width.saturating_sub(4);
    let lines: Vec<String> = more.iter().flat_map(|more| text::wrap(more, width)).collect();
    let height = u16::try_from(lines.len()).unwrap_or(0) + 2;
    let place = below(area, area.height.saturating_sub(height) / 2);
    painter.centre(place, title, style);
    for (line, place) in lines.iter().zip(below(place, 2).rows()) {
        painter.centre(place, line, painter.theme.dim);
    }
}

/// Draws the loading state of data. `retry` is the key that loads again.
pub(crate) fn load(painter: &mut Painter<'_>, area: Rect, load: &Load, what: &str, retry: &str) {
    match load {
        Load::Failed(error) => {
            let retry = format!("{retry} tries again");
            let hint = error.hint.clone().unwrap_or_default();
            let serve = match error.kind {
                CallErrorKind::Offline => "`ticketing serve` starts a server here; --server names another",
                _ => "",
            };
            message(painter, area, &error.message, painter.theme.bad, &[&hint, &retry, serve]);
        }
        _ => message(
            painter,
            area,
            &format!("Loading {what}{}", painter.glyphs.ellipsis),
            painter.theme.dim,
            &[],
        ),
    }
}

/// Draws why a list of the user is empty. `none` is the text for an empty list, with the next step.
pub(crate) fn own(
    painter: &mut Painter<'_>,
    area: Rect,
    model: &Model,
    far: &Load,
    what: &str,
    none: [&str; 2],
) {
    match far {
        _ if model.user().is_none() => signed_out(painter, area, model, what),
        Load::Ready => message(painter, area, none[0], painter.theme.dim, &[none[1]]),
        far => load(painter, area, far, what, &model.key(Action::Reload)),
    }
}

/// Draws the request to sign in, for data that belongs to a user.
pub(crate) fn signed_out(painter: &mut Painter<'_>, area: Rect, model: &Model, what: &str) {
    if matches!(model.session, SessionState::Unknown | SessionState::Failed(_)) {
        let far = match (&model.session, &model.feed_state) {
            (SessionState::Failed(error), _) | (_, FeedState::Retrying { error, .. }) => {
                Load::Failed(error.clone())
            }
            _ => Load::Idle,
        };
        return load(painter, area, &far, what, &model.key(Action::Reload));
    }
    let how = format!("{} signs in, or creates an account", model.key(Action::Account));
    message(painter, area, &format!("Sign in to see {what}"), painter.theme.warn, &[&how]);
}
