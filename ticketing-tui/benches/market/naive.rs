//! The naive implementation: a widget of all rows for each frame, and a search of all titles for each letter.

use std::hint::black_box;

use ratatui::buffer::Buffer;
use ratatui::layout::Constraint;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::{Block, Row, StatefulWidget, Table, TableState};
use ticketing_sdk::Ticket;

use crate::keys::WORDS;
use crate::program::{SCREEN, time_of};
use crate::report::Report;

pub(crate) const FRAME: &str = "naive: a frame of all rows through ratatui's `Table`";
pub(crate) const FILTER: &str = "naive: a letter, `to_lowercase().contains` on all titles";

const FRAMES: usize = 20;

pub(crate) fn frames(report: &mut Report, market: &[Ticket]) {
    let mut buffer = Buffer::empty(SCREEN);
    let mut state = TableState::new().with_selected(Some(0));
    let mut frame = || {
        state.select_next();
        time_of(|| {
            buffer.reset();
            let rows = market.iter().map(|ticket| {
                Row::new([ticket.title.clone(), format!("${}", ticket.price), ticket.status.to_string()])
            });
            let widths = [Constraint::Fill(1), Constraint::Length(11), Constraint::Length(11)];
            let table = Table::new(rows, widths)
                .header(Row::new(["TITLE", "PRICE", "STATUS"]))
                .block(Block::bordered().title("Market"))
                .row_highlight_style(Style::new().add_modifier(Modifier::REVERSED));
            StatefulWidget::render(table, SCREEN, &mut buffer, &mut state);
        })
    };
    report.times(FRAME, (0..FRAMES).map(|_| frame()).collect());
}

pub(crate) fn filter(report: &mut Report, market: &[Ticket]) {
    let mut measured = Vec::new();
    for word in WORDS {
        let mut text = String::new();
        for letter in word.chars() {
            text.push(letter);
            measured.push(time_of(|| {
                let wanted = text.to_lowercase();
                let found = market.iter().filter(|ticket| ticket.title.to_lowercase().contains(&wanted));
                black_box(found.collect::<Vec<_>>());
            }));
        }
    }
    report.times(FILTER, measured);
}
