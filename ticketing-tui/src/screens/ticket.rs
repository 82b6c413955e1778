//! One ticket.

use ticketing_sdk::TicketId;

use super::listings;
use super::prelude::*;

/// One ticket. The known state is shown at once, and loaded again from the server.
#[derive(Debug)]
pub(crate) struct TicketScreen {
    id: TicketId,
    load: Load,
}

impl TicketScreen {
    pub(crate) fn open(id: TicketId, _: &Model) -> Self {
        Self { id, load: Load::Idle }
    }

    fn load_ticket(&mut self, cx: &mut Context<'_>) {
        self.load = Load::Loading(cx.model.call(ApiCall::Ticket(self.id.clone())));
    }

    fn is_own(&self, model: &Model) -> bool {
        model.listings.get(&self.id).is_some()
    }
}

impl Screen for TicketScreen {
    fn title(&self, model: &Model) -> String {
        model.market.tickets.get(&self.id).map_or_else(|| "Ticket".to_owned(), |row| row.title.to_string())
    }

    fn actions(&self, model: &Model) -> Vec<Action> {
        let mut actions = Vec::new();
        if let Some(row) = model.market.tickets.get(&self.id) {
            actions.extend(ticket_card::purchase(model, &self.id, row));
            if model.listings.get(&self.id).is_some_and(listings::is_open) {
                actions.extend([Action::Edit, Action::Withdraw]);
            }
            actions.extend([Action::Copy, Action::Browse]);
        }
        actions.push(Action::Reload);
        actions
    }

    fn update(&mut self, input: Input<'_>, cx: &mut Context<'_>) {
        match input {
            Input::Focus | Input::Action(Action::Reload) => {
                self.load_ticket(cx);
                if self.is_own(cx.model) {
                    cx.model.load_used_passes();
                }
            }
            Input::Action(Action::Buy | Action::ShowOrder) => cx.buy(&self.id),
            Input::Action(Action::Edit) => cx.push_route(Route::Listing(Some(self.id.clone()))),
            Input::Action(Action::Withdraw) => {
                cx.push_route(Route::Confirm(ConfirmAction::Withdraw(self.id.clone())))
            }
            Input::Action(Action::Copy) => cx.model.copy(self.id.as_str()),
            Input::Action(Action::Browse) => cx.model.browse_ticket(&self.id),
            Input::Reply(id, reply) => {
                self.load.finish(id, reply);
            }
            _ => {}
        }
    }

    fn view(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let inner = painter.panel(area, "Ticket");
        match model.market.tickets.get(&self.id) {
            Some(row) => {
                let rest = ticket_card::view(painter, inner, model, &self.id, row);
                let key = model.key(Action::Browse);
                painter.button(rest, &key, "opens it in the browser", Action::Browse);
            }
            None => {
                let key = model.key(Action::Reload);
                placeholder::load(painter, inner, &self.load, "the ticket", &key);
            }
        }
    }

    fn plain_view(&self, model: &Model) -> PlainView {
        let Some(row) = model.market.tickets.get(&self.id) else {
            return PlainView::load(&self.load, "the ticket");
        };
        let (word, _) = ticket_card::status(model, &self.id, row);
        let mut lines = vec![format!("Price: {}", text::price(row.cents)), format!("Status: {word}")];
        let details = row.details().map(|details| text::details(details).collect()).unwrap_or_else(Vec::new);
        lines.extend(details.iter().map(|(label, value)| format!("{label}: {value}")));
        lines.extend(row.details().into_iter().flat_map(text::paragraphs));
        lines.extend(model.admissions(&self.id).map(|(words, _)| words));
        lines.push(format!("Id: {}", self.id));
        PlainView::lines(lines)
    }
}
