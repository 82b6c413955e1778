//! The lists of what belongs to the user. Each list says what its rows are and what can be done with one; keys, mouse,
//! selection, the details beside the list, and the states without rows are the same for all.

use std::fmt;
use std::marker::PhantomData;

use ticketing_sdk::{Money, TicketDetails};

use super::prelude::*;
use crate::local_time::has_years;
use crate::model::records::Record;

/// A list of the user's own records: its texts, actions and rows.
pub(super) trait OwnList: fmt::Debug + 'static {
    type Item: Record;

    /// The heading, and what the list holds in a sentence.
    const TITLE: &'static str;
    /// Why the list is empty.
    const NONE: &'static str;

    /// Returns what to do about an empty list.
    fn hint(model: &Model) -> String;

    fn records(model: &Model) -> &Records<Self::Item>;

    /// Returns the items in the order of the rows.
    fn items(model: &Model) -> Vec<&Self::Item> {
        Self::records(model).list().iter().collect()
    }

    /// Loads the list, and what its rows show besides.
    fn reload(model: &mut Model);

    /// Returns the actions of the list, and of the selected item, the most important first.
    fn actions(model: &Model, item: Option<&Self::Item>) -> Vec<Action>;

    fn run(action: Action, item: Option<Self::Item>, cx: &mut Context<'_>);

    /// Returns the columns of a list so wide.
    fn columns(width: u16, needs: RowNeeds<'_>) -> Columns<'_> {
        Columns::for_width(width, needs)
    }

    /// Returns what is known of the event of an item, and its price if it has one.
    fn facts(item: &Self::Item) -> (&TicketDetails, Option<Money>);

    /// Returns the row of an item.
    fn row<'a>(model: &'a Model, item: &'a Self::Item) -> Row<'a>;

    /// Returns the first row of each group, and its heading.
    fn groups(_: &Model, _: &[&Self::Item]) -> Vec<(usize, String)> {
        Vec::new()
    }

    /// Returns the line above the rows.
    fn summary(_: &Model) -> Option<String> {
        None
    }

    /// Draws the selected item beside the list.
    fn card(painter: &mut Painter<'_>, area: Rect, model: &Model, item: &Self::Item);
}

/// The screen of a list.
#[derive(Debug)]
pub(super) struct OwnListScreen<L> {
    list: List,
    of: PhantomData<L>,
}

impl<L: OwnList> OwnListScreen<L> {
    pub(super) fn open() -> Self {
        Self { list: List::default(), of: PhantomData }
    }

    fn selected<'m>(&self, model: &'m Model) -> Option<&'m L::Item> {
        L::items(model).get(self.list.selected()).copied()
    }

    fn run(&self, action: Action, cx: &mut Context<'_>) {
        L::run(action, self.selected(cx.model).cloned(), cx);
    }
}

/// Returns what the rows of a list need of its columns.
fn needs<'m, L: OwnList>(model: &Model, items: &[&'m L::Item]) -> RowNeeds<'m> {
    let facts = || items.iter().map(|item| L::facts(item));
    let prices = facts().filter_map(|(_, price)| price);
    let starts = || facts().filter_map(|(details, _)| details.starts_at.as_ref());
    RowNeeds {
        offsets: model.local.offset_display(starts()),
        has_years: has_years(starts(), model.server_now()),
        max_cents: prices.map(|price| price.cents().unsigned_abs()).max().unwrap_or(0),
    }
}

impl<L: OwnList> Screen for OwnListScreen<L> {
    fn title(&self, model: &Model) -> String {
        let records = L::records(model);
        match (records.list().len(), &records.load) {
            (0, Load::Idle | Load::Loading(_) | Load::Failed(_)) => L::TITLE.to_owned(),
            (len, _) => format!("{}: {}", L::TITLE, text::count(len)),
        }
    }

    fn actions(&self, model: &Model) -> Vec<Action> {
        let Some(_) = model.user() else { return vec![Action::Account] };
        let mut actions = L::actions(model, self.selected(model));
        actions.push(Action::Reload);
        actions.extend(List::MOVES);
        actions
    }

    fn update(&mut self, input: Input<'_>, cx: &mut Context<'_>) {
        let len = L::records(cx.model).list().len();
        match input {
            Input::Focus | Input::Action(Action::Reload) if cx.model.user().is_some() => L::reload(cx.model),
            Input::Action(Action::Account) => cx.push_route(Route::SignIn(None)),
            Input::Action(action) if self.list.handle_action(action, len) => {}
            Input::Action(action) => self.run(action, cx),
            Input::Row(row, open) if self.list.pick(row, open) => self.run(Action::Open, cx),
            Input::Scroll(rows) => self.list.scroll(rows, len),
            Input::ModelChange => self.list.clamp(len),
            _ => {}
        }
    }

    fn view(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let (list, beside) = panes::split(area);
        let mut inner = painter.list_title(list, &self.title(model));
        let items = L::items(model);
        if items.is_empty() {
            let (load, what) = (&L::records(model).load, L::TITLE.to_lowercase());
            let whole = panes::whole_width(area, inner);
            return placeholder::own(painter, whole, model, load, &what, [L::NONE, &L::hint(model)]);
        }
        if let Some(summary) = L::summary(model) {
            painter.text(List::heading_area(inner, 0, 0), &summary, painter.theme.dim);
            inner = below(inner, 1);
        }
        let columns = L::columns(inner.width, needs::<L>(model, &items));
        let groups = L::groups(model, &items);
        columns.table(painter, inner, &self.list, items.len(), &groups, |painter, place, index| {
            if let Some(item) = items.get(index) {
                columns.row(painter, place, model, &L::row(model, item));
            }
        });
        if let (Some(beside), Some(item)) = (beside, items.get(self.list.selected())) {
            L::card(painter, beside, model, item);
        }
    }

    fn plain_view(&self, model: &Model) -> PlainView {
        let items = L::items(model);
        let why_none = match &L::records(model).load {
            _ if model.user().is_none() => Some("You are not signed in.".to_owned()),
            Load::Failed(error) => Some(error.message.clone()),
            _ if items.is_empty() => Some(format!("{}.", L::NONE)),
            _ => None,
        };
        if let Some(why) = why_none {
            return PlainView::lines([why]);
        }
        let rows = PlainView::list(&self.list, items.len(), |index| {
            items.get(index).map_or_else(String::new, |item| L::row(model, item).plain())
        });
        PlainView { lines: L::summary(model).into_iter().collect(), ..rows }
    }
}
