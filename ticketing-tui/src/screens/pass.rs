//! One pass: its code for the door, on the whole screen.

use ticketing_sdk::{Pass, Timestamp};

use super::pass_poll::PassPoll;
use super::passes;
use super::prelude::*;
use crate::widgets::qr::Qr;

/// One pass.
#[derive(Debug)]
pub(crate) struct PassScreen {
    poll: PassPoll,
    /// The code that was encoded last, and its QR code.
    qr: Option<(String, Qr)>,
}

/// The columns that the text beside the code needs.
const BESIDE_QR: u16 = 30;

impl PassScreen {
    pub(crate) fn open(key: PassRef, model: &Model) -> Self {
        let mut page = Self { poll: PassPoll::new(key, model), qr: None };
        page.encode(model);
        page
    }

    /// Encodes the code again if it is another one: each holder has their own.
    fn encode(&mut self, model: &Model) {
        let code = self.poll.pass(model).and_then(|pass| pass.code.as_ref()).map(|code| code.as_str());
        if self.qr.as_ref().map(|(encoded, _)| encoded.as_str()) != code {
            self.qr = code.and_then(|code| Some((code.to_owned(), Qr::new(code)?)));
        }
    }

    /// Writes the ticket, and its code as text if it has one.
    fn without_qr(&self, model: &Model, painter: &mut Painter<'_>, area: Rect, pass: &Pass) {
        let Some((code, qr)) = &self.qr else {
            let inner = painter.panel(area, "Ticket");
            let rest = passes::ticket(painter, inner, pass, model);
            painter.paragraph(rest, &passes::note(pass, model), painter.theme.dim);
            return;
        };
        let rest = painter.title(inset(area, 1, 0), &text::title(&pass.title));
        let (word, role) = passes::status(pass, model);
        painter.text(rest, word, role.style(painter.theme));
        let mut rest = below(rest, 1);
        for part in chunks(code, rest.width) {
            painter.text(rest, part, Style::new());
            rest = below(rest, 1);
        }
        let borders = if painter.glyphs.is_drawn() { "" } else { ", or other borders than ascii" };
        let why = qr.least_size(painter).map_or_else(String::new, |size| {
            format!("A QR code needs {} columns, {} lines{borders}.", size.width, size.height + BARS)
        });
        rest = painter.paragraph(rest, &why, painter.theme.dim);
        for (label, value) in text::details(&pass.details) {
            rest = painter.fact(rest, label, &value);
        }
    }
}

const MISSING: &str = "You do not hold this ticket";
const MISSING_HINT: &str = "It may have been claimed or sold, or it belongs to another account.";

/// The lines of the bars above and below a screen, and of the free line between.
const BARS: u16 = 3;

/// The columns of the text beside the code, at most.
const WIDEST_TEXT: u16 = 48;

/// The place of the code and its text in the middle of an area.
fn centre_code(painter: &Painter<'_>, area: Rect, qr: &Qr) -> Rect {
    let Some(size) = qr.fitting_size(painter, area, BESIDE_QR) else { return area };
    centre(area, area.width.min(size.width + WIDEST_TEXT), size.height)
}

fn centre(area: Rect, width: u16, height: u16) -> Rect {
    let (x, y) = (area.x + (area.width - width) / 2, area.y + (area.height - height) / 2);
    Rect { x, y, width, height }
}

impl Screen for PassScreen {
    fn title(&self, model: &Model) -> String {
        self.poll.pass(model).map_or_else(|| "Ticket".to_owned(), |pass| text::title(&pass.title))
    }

    fn actions(&self, model: &Model) -> Vec<Action> {
        let mut found = vec![Action::Back];
        if let Some(pass) = self.poll.pass(model) {
            found.extend(passes::actions(model, pass));
            if pass.code.is_some() {
                found.push(Action::CopyCode);
            }
        }
        found.push(if model.user().is_some() { Action::Reload } else { Action::Account });
        found
    }

    fn update(&mut self, input: Input<'_>, cx: &mut Context<'_>) {
        match input {
            Input::Focus | Input::Action(Action::Reload) if cx.model.user().is_some() => {
                self.poll.request(cx);
            }
            Input::Action(Action::CopyCode) => {
                if let Some(code) = self.poll.pass(cx.model).and_then(|pass| pass.code.clone()) {
                    cx.model.copy_secret(code.as_str(), "the code");
                }
            }
            Input::Action(Action::Account) => {
                cx.require_sign_in(None);
            }
            Input::Action(action) => {
                if let Some(pass) = self.poll.pass(cx.model).cloned() {
                    passes::handle_action(action, &pass, cx);
                }
            }
            Input::ModelChange => self.encode(cx.model),
            input => {
                self.poll.update(input, cx);
            }
        }
    }

    fn view(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let Some(pass) = self.poll.pass(model) else {
            let inner = painter.panel(area, &self.title(model));
            if model.user().is_none() {
                return placeholder::signed_out(painter, inner, model, "the ticket");
            }
            if self.poll.is_missing(model) {
                return placeholder::message(painter, inner, MISSING, painter.theme.warn, &[MISSING_HINT]);
            }
            return placeholder::load(
                painter,
                inner,
                &self.poll.load,
                "the ticket",
                &model.key(Action::Reload),
            );
        };
        let Some((_, qr)) =
            self.qr.as_ref().filter(|(_, qr)| qr.fitting_size(painter, area, BESIDE_QR).is_some())
        else {
            return match self.qr.as_ref().and_then(|(_, qr)| Some((qr, qr.fitting_size(painter, area, 0)?))) {
                // The code is worth more at a door than the text beside it.
                Some((qr, size)) => {
                    qr.view(painter, centre(area, size.width, size.height), 0);
                }
                None => self.without_qr(model, painter, area, pass),
            };
        };
        let beside = qr.view(painter, centre_code(painter, area, qr), BESIDE_QR);
        let inner = inset(beside, 1, u16::from(beside.height > 22));
        let rest = passes::ticket(painter, inner, pass, model);
        painter.paragraph(rest, &passes::note(pass, model), painter.theme.dim);
    }

    fn keeps_size(&self, _: &Model) -> bool {
        self.qr.is_some()
    }

    fn wakes_at(&self, model: &Model) -> Option<Timestamp> {
        self.poll.next(model)
    }

    fn plain_view(&self, model: &Model) -> PlainView {
        let Some(pass) = self.poll.pass(model) else {
            return match self.poll.is_missing(model) {
                true => PlainView::lines([format!("{MISSING}."), MISSING_HINT.to_owned()]),
                false => PlainView::load(&self.poll.load, "the ticket"),
            };
        };
        let title = format!("{}, {}", text::title(&pass.title), passes::status(pass, model).0);
        let details = text::details(&pass.details).map(|(label, value)| format!("{label}: {value}"));
        let code = pass.code.as_ref().map(|code| format!("Code: {}", code.as_str()));
        PlainView::lines([title].into_iter().chain(details).chain([passes::note(pass, model)]).chain(code))
    }
}

/// Returns a code in parts of this number of columns. A code has spaces, which are part of it; all of its characters are ASCII.
fn chunks(code: &str, columns: u16) -> impl Iterator<Item = &str> {
    let columns = usize::from(columns.max(1));
    (0..code.len()).step_by(columns).filter_map(move |at| code.get(at..code.len().min(at + columns)))
}
