//! The setters of the wire types.

/// Declares a setter for each of these fields, named like it. `as` takes the value itself, and `into` what converts to it;
/// `some` and `some_into` do the same for the value of an optional field.
macro_rules! setters {
    ($name:ident { $($field:ident: $kind:tt $value:ty),+ $(,)? }) => {
        impl $name {
            $($crate::types::setter!($kind $field $value);)+
        }
    };
}
pub(crate) use setters;

/// Declares one setter. See [`setters`].
macro_rules! setter {
    (as $field:ident $value:ty) => { $crate::types::setter!($field: $value, |value| value); };
    (into $field:ident $value:ty) => {
        $crate::types::setter!($field: impl Into<$value>, |value| value.into());
    };
    (some $field:ident $value:ty) => { $crate::types::setter!($field: $value, |value| Some(value)); };
    (some_into $field:ident $value:ty) => {
        $crate::types::setter!($field: impl Into<$value>, |value| Some(value.into()));
    };
    ($field:ident: $argument:ty, |$value:ident| $set:expr) => {
        #[doc = concat!("Sets the field `", stringify!($field), "`.")]
        #[must_use]
        pub fn $field(mut self, $value: $argument) -> Self {
            self.$field = $set;
            self
        }
    };
}
pub(crate) use setter;
