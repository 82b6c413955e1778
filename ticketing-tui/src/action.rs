//! The actions: one table, from which keys, footer, help and palette are made.

use std::fmt;
use std::str::FromStr;

/// The scope of an action: the screens on which it is available.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// On every screen.
    Global,
    /// On screens with a list or a text to scroll.
    Navigation,
    /// In the market and on a ticket.
    Tickets,
    /// In the checkout and the list of orders.
    Orders,
    /// In the list of passes.
    Passes,
    /// In the list of listings.
    Listings,
    /// In forms and questions.
    Forms,
}

/// Declares the actions: variant, name in the config file, usual keys, a word or two for the footer, and what it does.
macro_rules! actions {
    ($($scope:ident { $($variant:ident $name:literal [$($key:literal),*] $label:literal $description:literal;)+ })+) => {
        /// An action, run by a key, a click, or from the palette.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {
            $($(#[doc = $description] $variant,)+)+
        }

        impl Action {
            /// Every action, in the order of the table.
            pub const ALL: &'static [Self] = &[$($(Self::$variant,)+)+];

            /// Returns where it belongs.
            #[must_use]
            pub fn scope(self) -> Scope {
                match self { $($(Self::$variant => Scope::$scope,)+)+ }
            }

            /// The name in the config file.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $($(Self::$variant => $name,)+)+ }
            }

            /// The keys that it has unless the user chose others.
            #[must_use]
            pub fn default_keys(self) -> &'static [&'static str] {
                match self { $($(Self::$variant => &[$($key),*],)+)+ }
            }

            /// A word or two, for the footer.
            #[must_use]
            pub fn label(self) -> &'static str {
                match self { $($(Self::$variant => $label,)+)+ }
            }

            /// The description in help and palette.
            #[must_use]
            pub fn description(self) -> &'static str {
                match self { $($(Self::$variant => $description,)+)+ }
            }
        }
    };
}

actions! {
    Global {
        Market    "market"    ["1", "alt-1"]                   "Market"    "Go to the market";
        Orders    "orders"    ["2", "alt-2"]                   "Orders"    "Go to your orders";
        Listings  "listings"  ["3", "alt-3"]                   "Listings"  "Go to your listings";
        Activity  "activity"  ["4", "alt-4"]                   "Activity"  "Go to the activity of the market";
        Settings  "settings"  ["5", "alt-5"]               "Settings"  "Change theme, borders and keys";
        Passes    "passes"    ["6", "alt-6"]           "Tickets"   "Go to the tickets that you hold";
        Palette   "palette"   [":", "ctrl-p"]          "Commands"  "Search the commands";
        Help      "help"      ["?", "f1"]              "Help"      "Show all keys of this screen";
        Back      "back"      ["esc"]                  "Back"      "Go back, or close";
        Account   "account"   ["i"]                    "Sign in"   "Sign in, or create an account";
        SignOut   "sign-out"  []                       "Sign out"  "Sign out";
        Reload    "reload"    ["r", "f5"]              "Reload"    "Reload from the server";
        Redraw    "redraw"    ["ctrl-l"]               "Redraw"    "Redraw the screen";
        Suspend   "suspend"   ["ctrl-z"]               "Suspend"   "Suspend the program; `fg` resumes it";
        Quit      "quit"      ["q", "ctrl-c"]          "Quit"      "Quit the program";
    }
    Navigation {
        Up        "up"        ["up", "k"]              "Up"        "Move up";
        Down      "down"      ["down", "j"]            "Down"      "Move down";
        PageUp    "page-up"   ["pageup", "ctrl-u"]     "Page up"   "Move up by a page";
        PageDown  "page-down" ["pagedown", "ctrl-d"]   "Page down" "Move down by a page";
        First     "first"     ["home", "g"]            "First"     "Move to the beginning";
        Last      "last"      ["end", "G"]             "Last"      "Move to the end";
        Open      "open"      ["enter"]                "Open"      "Open the selected row";
    }
    Tickets {
        Buy       "buy"       ["b"]                    "Buy"       "Reserve the ticket, and go on to pay";
        ShowOrder "show-order" ["b"]                   "Order"     "Show your order of the ticket, or go on to pay";
        Filter    "filter"    ["/"]                    "Filter"    "Filter by title, as you type";
        Prices    "prices"    ["$"]                    "Prices"    "Filter by a price range";
        Sort      "sort"      ["s"]                    "Sort"      "Change the sort order";
        AvailableOnly "available-only" ["a"]                    "Available" "Show only available tickets, or all";
        Clear     "clear"     ["c"]                    "Clear"     "Clear the filter and the price range";
        Copy      "copy"      ["y", "ctrl-y"]          "Copy id"   "Copy the id";
        Browse    "browse"    ["o"]                    "Browser"   "Open it in the browser";
    }
    Orders {
        Pay       "pay"       ["p", "enter"]           "Pay"       "Pay for the order";
        Cancel    "cancel"    ["x", "ctrl-x"]          "Cancel"    "Cancel the order";
        Reorder   "reorder"   ["t"]                    "Try again" "Order the ticket again";
        Continue  "continue"  ["enter"]                "Continue"  "Go on after the reservation has ended";
    }
    Passes {
        GiveAway  "give-away" ["t"]                    "Give away" "Give the ticket away with a claim code";
        TakeBack  "take-back" ["x", "ctrl-x"]          "Take back" "Take back a ticket that nobody has claimed";
        Claim     "claim"     ["c"]                    "Claim"     "Claim a ticket that you were given";
        Resell    "resell"    ["s"]                    "Sell on"   "Offer the ticket for resale";
        CopyCode  "copy-code" ["y", "ctrl-y"]          "Copy code" "Copy the code";
        Calendar  "calendar"  ["e"]                    "Calendar"  "Save the event to a calendar file";
    }
    Listings {
        New       "new"       ["n"]                    "Sell"      "List a ticket for sale";
        Edit      "edit"      ["e"]                    "Edit"      "Change the listing";
        CheckIn   "check-in"  ["c"]                    "Check in"  "Admit people to your events";
        Prepare   "prepare"   ["ctrl-o"]               "Prepare"   "Prepare the door to admit without a network, or upload what it admitted";
        OneEvening "one-evening" ["ctrl-t"]            "Within 12 h" "Admit only events that start within 12 hours, or all";
        Withdraw  "withdraw"  ["d", "delete"]          "Withdraw"  "Withdraw the listing";
    }
    Forms {
        Next      "next"      ["tab", "down"]          "Next"      "Go to the next field";
        Previous  "previous"  ["shift-tab", "up"]      "Previous"  "Go to the field before";
        Submit    "submit"    ["enter"]                "OK"        "Submit the form";
        Switch    "switch"    ["ctrl-t"]               "Switch"    "Switch between signing in and signing up";
        Yes       "yes"       ["y", "enter"]           "Yes"       "Confirm";
        No        "no"        ["n", "esc"]             "No"        "Do not confirm";
        Choose    "choose"    ["enter", "space"]       "Change"    "Change the setting";
        Reset     "reset"     ["x", "backspace"]       "Reset"     "Restore the default";
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The error of an unknown name of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseActionError;

impl FromStr for Action {
    type Err = ParseActionError;

    fn from_str(name: &str) -> Result<Self, ParseActionError> {
        Self::ALL.iter().copied().find(|action| action.name() == name).ok_or(ParseActionError)
    }
}
