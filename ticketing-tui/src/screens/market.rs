//! The market: what is on sale, live, filtered as you type.

mod view;

use ticketing_sdk::TicketId;

use super::prelude::*;
use crate::model::FeedState;
use crate::model::query::Query;
use crate::model::ticket_store::TicketRow;

/// The market.
#[derive(Debug)]
pub(crate) struct MarketScreen {
    list: List,
    filter: Field,
    /// Whether the filter is being written.
    writing: bool,
    /// The selected ticket, wherever it is shown; `None` while the market is loaded and the user has selected none.
    anchor: Option<TicketId>,
}

impl MarketScreen {
    pub(crate) fn open(model: &Model) -> Self {
        let mut filter = Field::new("Filter", "a word or two of the title or the venue");
        filter.set(model.market.view.query().text.clone());
        Self { list: List::default(), filter, writing: false, anchor: None }
    }

    fn selected<'m>(&self, model: &'m Model) -> Option<(TicketId, &'m TicketRow)> {
        let (id, row) = model.market.visible_ticket(self.list.selected())?;
        Some((model.market.tickets.id(id)?, row))
    }

    /// Remembers which ticket is selected, to keep it selected when rows move.
    fn remember_selection(&mut self, model: &Model) {
        self.anchor = self.selected(model).map(|(id, _)| id);
    }

    fn search(&mut self, cx: &mut Context<'_>, change: impl FnOnce(&mut Query)) {
        let mut query = cx.model.market.view.query().clone();
        change(&mut query);
        cx.model.market.search(query);
    }

    fn apply_filter(&mut self, cx: &mut Context<'_>) {
        // The best match is selected.
        self.anchor = None;
        let text = self.filter.value().to_owned();
        self.search(cx, |query| query.text = text);
    }

    fn handle_action(&mut self, action: Action, cx: &mut Context<'_>) {
        let len = cx.model.market.view.len();
        if self.list.handle_action(action, len) {
            return self.remember_selection(cx.model);
        }
        let selected = self.selected(cx.model).map(|(id, _)| id);
        match (action, selected) {
            (Action::Filter, _) => self.writing = true,
            (Action::Back, _) => self.writing = false,
            (Action::Open, _) if self.writing && len != 1 => self.writing = false,
            (Action::Open, Some(id)) => {
                self.writing = false;
                cx.push_route(Route::Ticket(id));
            }
            (Action::Open, None) => self.writing = false,
            (Action::Buy | Action::ShowOrder, Some(id)) => cx.buy(&id),
            (Action::Copy, Some(id)) => cx.model.copy(id.as_str()),
            (Action::Browse, Some(id)) => cx.model.browse_ticket(&id),
            (Action::Prices, _) => cx.push_route(Route::Prices),
            (Action::Sort, _) => self.search(cx, |query| query.sort = query.sort.next()),
            (Action::AvailableOnly, _) => {
                self.search(cx, |query| query.available_only = !query.available_only);
            }
            (Action::Clear, _) => {
                self.filter.set("");
                self.search(cx, |query| {
                    let Query { sort, available_only, .. } = *query;
                    *query = Query { sort, available_only, ..Query::default() };
                });
            }
            (Action::New, _) if cx.require_sign_in(Some(Route::Listing(None))) => {
                cx.push_route(Route::Listing(None));
            }
            _ => {}
        }
    }
}

impl Screen for MarketScreen {
    fn title(&self, model: &Model) -> String {
        let (shown, all) = (model.market.view.len(), model.market.tickets.len());
        let far = if model.market.load.is_loading() && all > 0 { " so far" } else { "" };
        if model.market.view.query().is_narrow() {
            format!("Market: {} of {}{far}", text::count(shown), text::count(all))
        } else if matches!(model.market.load, Load::Ready) || all > 0 {
            format!("Market: {}{far}", text::count_of(shown, "ticket"))
        } else {
            "Market".to_owned()
        }
    }

    fn actions(&self, model: &Model) -> Vec<Action> {
        if self.writing {
            let moves = [Action::Up, Action::Down, Action::PageUp, Action::PageDown];
            return [Action::Open, Action::Back].into_iter().chain(moves).collect();
        }
        let mut actions = Vec::new();
        if let Some((id, row)) = self.selected(model) {
            actions.push(Action::Open);
            actions.extend(ticket_card::purchase(model, &id, row));
        }
        actions.extend([Action::Filter, Action::Sort, Action::Prices, Action::AvailableOnly]);
        if model.market.view.query().is_narrow() {
            actions.push(Action::Clear);
        }
        actions.push(Action::New);
        if self.selected(model).is_some() {
            actions.extend([Action::Copy, Action::Browse]);
        }
        actions.extend(List::MOVES);
        actions
    }

    fn update(&mut self, input: Input<'_>, cx: &mut Context<'_>) {
        match input {
            Input::Action(action) => self.handle_action(action, cx),
            Input::Key(key) => {
                if self.filter.key(key) {
                    self.apply_filter(cx);
                }
            }
            Input::Paste(text) => {
                self.writing = true;
                self.filter.paste(text);
                self.apply_filter(cx);
            }
            Input::Fill(_, text) => {
                self.filter.set(text);
                self.apply_filter(cx);
            }
            Input::Field(_) => self.writing = true,
            Input::Row(row, open) => {
                let open = self.list.pick(row, open) && (open || !self.writing);
                self.list.clamp(cx.model.market.view.len());
                self.remember_selection(cx.model);
                if open {
                    self.handle_action(Action::Open, cx);
                }
                self.writing = false;
            }
            Input::Scroll(rows) => {
                self.list.scroll(rows, cx.model.market.view.len());
                self.remember_selection(cx.model);
            }
            Input::Focus | Input::ModelChange => {
                let place = self.anchor.clone().and_then(|id| cx.model.market.position(&id));
                match place {
                    Some(place) => self.list.select(place),
                    None if self.anchor.is_none() => self.list.select(0),
                    // It is no longer shown: its neighbour has its place now.
                    None => self.list.clamp(cx.model.market.view.len()),
                }
                // The rest of the text may match another row better. While nothing is selected, so may the next page.
                let may_improve = self.anchor.is_none() && cx.model.market.load.is_loading();
                if place.is_none() && !may_improve && !cx.model.market.view.is_searching() {
                    self.remember_selection(cx.model);
                }
            }
            Input::Reply(..) | Input::Tick => {}
        }
    }

    fn view(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let title = self.title(model);
        let (list, beside) = panes::split(area);
        let inner = painter.list_title(list, &title);
        self.query_line(model, painter, top(inner, 1));
        let rows = below(inner, 1);
        if model.market.view.len() == 0 {
            self.draw_placeholder(model, painter, panes::whole_width(area, rows));
        } else {
            self.rows(model, painter, rows);
        }
        if let Some(beside) = beside.filter(|_| model.market.view.len() > 0) {
            self.draw_details(model, painter, beside);
        }
    }

    fn plain_view(&self, model: &Model) -> PlainView {
        let market = &model.market;
        let query = market.view.query();
        let mut view = PlainView::list(&self.list, market.view.len(), |index| {
            view::row(model, index).map_or_else(String::new, |row| row.plain())
        });
        view.lines = vec![format!("Order: {}.{}", query.sort.label(), view::limits(query, "-"))];
        if market.view.len() == 0 {
            let none = if query.is_narrow() { "No tickets match." } else { "No tickets are for sale." };
            view.lines.push(none.to_owned());
        }
        if let FeedState::Retrying { error, .. } | FeedState::Unavailable(error) = &model.feed_state {
            view.lines.push(format!("Not live: {}", error.message));
        }
        view.fields = vec![self.filter.clone()];
        view
    }

    fn has_text_input(&self, _: &Model) -> bool {
        self.writing
    }
}
