//! The actions: one table, from which keys, footer, help and palette are made.

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

/// Declares the actions: variant, usual keys, a word or two for the footer, and what it does. The name in the config file is
/// that of the variant: `page-up`.
macro_rules! actions {
    ($($scope:ident { $($variant:ident [$($key:literal),*] $label:literal $description:literal;)+ })+) => {
        /// An action, run by a key, a click, or from the palette.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(strum::AsRefStr, strum::Display, strum::EnumString)]
        #[strum(serialize_all = "kebab-case")]
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
        Market        ["1", "alt-1"]           "Market"      "Go to the market";
        Orders        ["2", "alt-2"]           "Orders"      "Go to your orders";
        Listings      ["3", "alt-3"]           "Listings"    "Go to your listings";
        Activity      ["4", "alt-4"]           "Activity"    "Go to the activity of the market";
        Settings      ["5", "alt-5"]           "Settings"    "Change theme, borders and keys";
        Passes        ["6", "alt-6"]           "Tickets"     "Go to the tickets that you hold";
        Palette       [":", "ctrl-p"]          "Commands"    "Search the commands";
        Help          ["?", "f1"]              "Help"        "Show all keys of this screen";
        Back          ["esc"]                  "Back"        "Go back, or close";
        Account       ["i"]                    "Sign in"     "Sign in, or create an account";
        SignOut       []                       "Sign out"    "Sign out";
        Reload        ["r", "f5"]              "Reload"      "Reload from the server";
        Redraw        ["ctrl-l"]               "Redraw"      "Redraw the screen";
        Suspend       ["ctrl-z"]               "Suspend"     "Suspend the program; `fg` resumes it";
        Quit          ["q", "ctrl-c"]          "Quit"        "Quit the program";
    }
    Navigation {
        Up            ["up", "k"]              "Up"          "Move up";
        Down          ["down", "j"]            "Down"        "Move down";
        PageUp        ["pageup", "ctrl-u"]     "Page up"     "Move up by a page";
        PageDown      ["pagedown", "ctrl-d"]   "Page down"   "Move down by a page";
        First         ["home", "g"]            "First"       "Move to the beginning";
        Last          ["end", "G"]             "Last"        "Move to the end";
        Open          ["enter"]                "Open"        "Open the selected row";
    }
    Tickets {
        Buy           ["b"]                    "Buy"         "Reserve the ticket, and go on to pay";
        ShowOrder     ["b"]                    "Order"       "Show your order of the ticket, or go on to pay";
        Filter        ["/"]                    "Filter"      "Filter by title, as you type";
        Prices        ["$"]                    "Prices"      "Filter by a price range";
        Sort          ["s"]                    "Sort"        "Change the sort order";
        AvailableOnly ["a"]                    "Available"   "Show only available tickets, or all";
        Clear         ["c"]                    "Clear"       "Clear the filter and the price range";
        Copy          ["y", "ctrl-y"]          "Copy id"     "Copy the id";
        Browse        ["o"]                    "Browser"     "Open it in the browser";
    }
    Orders {
        Pay           ["p", "enter"]           "Pay"         "Pay for the order";
        Cancel        ["x", "ctrl-x"]          "Cancel"      "Cancel the order";
        Reorder       ["t"]                    "Try again"   "Order the ticket again";
        Continue      ["enter"]                "Continue"    "Go on after the reservation has ended";
    }
    Passes {
        GiveAway      ["t"]                    "Give away"   "Give the ticket away with a claim code";
        TakeBack      ["x", "ctrl-x"]          "Take back"   "Take back a ticket that nobody has claimed";
        Claim         ["c"]                    "Claim"       "Claim a ticket that you were given";
        Resell        ["s"]                    "Sell on"     "Offer the ticket for resale";
        CopyCode      ["y", "ctrl-y"]          "Copy code"   "Copy the code";
        Calendar      ["e"]                    "Calendar"    "Save the event to a calendar file";
    }
    Listings {
        New           ["n"]                    "Sell"        "List a ticket for sale";
        Edit          ["e"]                    "Edit"        "Change the listing";
        CheckIn       ["c"]                    "Check in"    "Admit people to your events";
        Prepare       ["ctrl-o"]               "Prepare"     "Prepare the door to admit without a network, or upload what it admitted";
        OneEvening    ["ctrl-t"]               "Within 12 h" "Admit only events that start within 12 hours, or all";
        Withdraw      ["d", "delete"]          "Withdraw"    "Withdraw the listing";
    }
    Forms {
        Next          ["tab", "down"]          "Next"        "Go to the next field";
        Previous      ["shift-tab", "up"]      "Previous"    "Go to the field before";
        Submit        ["enter"]                "OK"          "Submit the form";
        Switch        ["ctrl-t"]               "Switch"      "Switch between signing in and signing up";
        Yes           ["y"]                    "Yes"         "Confirm";
        No            ["n", "esc", "enter"]    "No"          "Do not confirm";
        Choose        ["enter", "space"]       "Change"      "Change the setting";
        Reset         ["x", "backspace"]       "Reset"       "Restore the default";
    }
}
