//! The mouse: the wheel scrolls, and the left button presses what was drawn last.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::App;
use crate::action::Action;
use crate::screens::Input;
use crate::widgets::painter::ClickTarget;

impl App {
    pub(super) fn mouse(&mut self, mouse: MouseEvent) {
        match mouse.kind {
            MouseEventKind::ScrollUp => return self.input(Input::Scroll(-3)),
            MouseEventKind::ScrollDown => return self.input(Input::Scroll(3)),
            MouseEventKind::Down(MouseButton::Left) => {}
            _ => return,
        }
        let at = Position::new(mouse.column, mouse.row);
        let in_front = match self.click_targets.iter().rposition(|(_, target)| *target == ClickTarget::Popup)
        {
            Some(popup) if self.front().is_popup() => &self.click_targets[popup..],
            _ => &self.click_targets[..],
        };
        let target = in_front.iter().rev().find(|(area, _)| area.contains(at)).map(|(_, target)| *target);
        // The footer is behind the popup, and lists its actions.
        let offered = self.front().actions(&self.model);
        let of_footer = self.click_targets.iter().rev().find_map(|(area, target)| match target {
            ClickTarget::Action(action) if area.contains(at) && offered.contains(action) => Some(*target),
            _ => None,
        });
        match target.or(of_footer) {
            Some(ClickTarget::Action(action)) => self.run_action(action),
            Some(ClickTarget::Row(row)) => self.input(Input::Row(row, false)),
            Some(ClickTarget::Field(field)) => self.input(Input::Field(field)),
            Some(ClickTarget::Popup) => {}
            // A click beside what is in front closes it.
            None if self.front().is_popup() => self.run_action(Action::Back),
            None => {}
        }
    }
}
