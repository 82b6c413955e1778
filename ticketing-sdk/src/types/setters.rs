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
    (as $field:ident $value:ty) => {
        #[doc = concat!("Sets the field `", stringify!($field), "`.")]
        #[must_use]
        pub fn $field(mut self, value: $value) -> Self {
            self.$field = value;
            self
        }
    };
    (into $field:ident $value:ty) => {
        #[doc = concat!("Sets the field `", stringify!($field), "`.")]
        #[must_use]
        pub fn $field(mut self, value: impl Into<$value>) -> Self {
            self.$field = value.into();
            self
        }
    };
    (some $field:ident $value:ty) => {
        #[doc = concat!("Sets the field `", stringify!($field), "`.")]
        #[must_use]
        pub fn $field(mut self, value: $value) -> Self {
            self.$field = Some(value);
            self
        }
    };
    (some_into $field:ident $value:ty) => {
        #[doc = concat!("Sets the field `", stringify!($field), "`.")]
        #[must_use]
        pub fn $field(mut self, value: impl Into<$value>) -> Self {
            self.$field = Some(value.into());
            self
        }
    };
}
pub(crate) use setter;
