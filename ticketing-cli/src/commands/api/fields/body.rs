//! The JSON body that fields describe: `key[sub]=x` is an object within an object, `key[]=x` an element of an array.

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// A JSON object that grows with each field.
#[derive(Debug, Default)]
pub(super) struct Body {
    members: Vec<(String, Node)>,
}

/// A value of the object.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Node {
    Value(Box<RawValue>),
    Object(Body),
    Array(Vec<Node>),
}

/// A part of a key, which leads from an object or an array to a value in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeyPart<'k> {
    /// A member of an object.
    Member(&'k str),
    /// A new element of an array; the last one, if it is an object without the member that follows.
    Element,
}

impl Body {
    /// Sets the value at a key. `None` makes an array without elements.
    ///
    /// # Errors
    /// If the key is malformed, or contradicts an earlier one.
    pub(super) fn set(&mut self, key: &str, value: Option<Box<RawValue>>) -> Result<(), String> {
        let parts = parts(key)?;
        let (Some(KeyPart::Member(name)), rest) = (parts.first(), &parts[1..]) else {
            return Err(malformed_error(key));
        };
        self.insert(name, rest, value).map_err(|why| format!("the field {key}: {why}"))
    }

    fn insert(
        &mut self,
        name: &str,
        rest: &[KeyPart<'_>],
        value: Option<Box<RawValue>>,
    ) -> Result<(), String> {
        match self.members.iter_mut().find(|(member, _)| member == name) {
            Some((_, node)) => node.insert(name, rest, value),
            None => {
                self.members.push((name.to_owned(), Node::new(rest, value)?));
                Ok(())
            }
        }
    }

    /// Whether the value at these parts exists, so that another one needs an object of its own.
    fn has(&self, parts: &[KeyPart<'_>]) -> bool {
        let Some((KeyPart::Member(name), rest)) = parts.split_first() else { return false };
        match self.members.iter().find(|(member, _)| member == name) {
            None => false,
            Some((_, Node::Object(object))) if !rest.is_empty() => object.has(rest),
            Some((_, Node::Array(_))) if !rest.is_empty() => false,
            Some(_) => true,
        }
    }
}

impl Node {
    /// Returns the value with only these parts.
    fn new(parts: &[KeyPart<'_>], value: Option<Box<RawValue>>) -> Result<Self, String> {
        match (parts.split_first(), value) {
            (None, Some(value)) => Ok(Self::Value(value)),
            (None, None) => Err("a value is missing".to_owned()),
            (Some((KeyPart::Element, [])), None) => Ok(Self::Array(Vec::new())),
            (Some((KeyPart::Element, rest)), value) => Ok(Self::Array(vec![Self::new(rest, value)?])),
            (Some((KeyPart::Member(name), rest)), value) => {
                Ok(Self::Object(Body { members: vec![((*name).to_owned(), Self::new(rest, value)?)] }))
            }
        }
    }

    fn insert(
        &mut self,
        name: &str,
        parts: &[KeyPart<'_>],
        value: Option<Box<RawValue>>,
    ) -> Result<(), String> {
        match (self, parts.split_first()) {
            (Self::Value(earlier), None) => {
                // The last value counts, as with a flag that is given twice.
                *earlier = value.ok_or("a value is missing")?;
                Ok(())
            }
            (Self::Object(object), Some((KeyPart::Member(member), rest))) => {
                object.insert(member, rest, value)
            }
            (Self::Array(_), Some((KeyPart::Element, []))) if value.is_none() => Ok(()),
            (Self::Array(elements), Some((KeyPart::Element, rest))) => {
                if let (Some(Self::Object(last)), Some(KeyPart::Member(member))) =
                    (elements.last_mut(), rest.first())
                    && !last.has(rest)
                {
                    return last.insert(member, &rest[1..], value);
                }
                elements.push(Self::new(rest, value)?);
                Ok(())
            }
            (Self::Value(_), Some(_)) => Err(format!("{name} is a value already")),
            (Self::Object(_), _) => Err(format!("{name} is an object already")),
            (Self::Array(_), _) => Err(format!("{name} is an array already")),
        }
    }
}

/// Splits `a[b][]` into its parts.
fn parts(key: &str) -> Result<Vec<KeyPart<'_>>, String> {
    let Some(bracket) = key.find('[') else { return Ok(vec![KeyPart::Member(key)]) };
    let (name, mut rest) = key.split_at(bracket);
    if name.is_empty() {
        return Err(malformed_error(key));
    }
    let mut parts = vec![KeyPart::Member(name)];
    while !rest.is_empty() {
        let inner = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let (inner, after) =
            inner.filter(|(inner, _)| !inner.contains('[')).ok_or_else(|| malformed_error(key))?;
        parts.push(if inner.is_empty() { KeyPart::Element } else { KeyPart::Member(inner) });
        rest = after;
    }
    Ok(parts)
}

fn malformed_error(key: &str) -> String {
    format!("the field {key} is malformed: expected a name, name[member] or name[]")
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.members.iter().map(|(name, value)| (name, value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(fields: &[(&str, Option<&str>)]) -> Result<String, String> {
        let mut body = Body::default();
        for (key, value) in fields {
            body.set(key, value.map(|value| serde_json::from_str(value).unwrap()))?;
        }
        Ok(serde_json::to_string(&body).unwrap())
    }

    #[test]
    fn brackets_make_objects_and_arrays() {
        let one = |key, value| body(&[(key, Some(value))]).unwrap();
        assert_eq!(one("a", "20.50"), r#"{"a":20.50}"#);
        assert_eq!(one("a[b][c]", "1"), r#"{"a":{"b":{"c":1}}}"#);
        assert_eq!(one("a[]", "1"), r#"{"a":[1]}"#);
        assert_eq!(body(&[("a[]", None)]).unwrap(), r#"{"a":[]}"#);
        let several =
            body(&[("a[b]", Some("1")), ("z[]", Some("1")), ("a[c]", Some("2")), ("z[]", Some("\"x\""))]);
        assert_eq!(several.unwrap(), r#"{"a":{"b":1,"c":2},"z":[1,"x"]}"#);
    }

    #[test]
    fn member_that_an_element_has_begins_the_next_element() {
        let fields =
            [("a[][x]", "1"), ("a[][y]", "2"), ("a[][x]", "3"), ("a[][z][]", "4"), ("a[][z][]", "5")];
        let fields: Vec<_> = fields.iter().map(|(key, value)| (*key, Some(*value))).collect();
        assert_eq!(body(&fields).unwrap(), r#"{"a":[{"x":1,"y":2},{"x":3,"z":[4,5]}]}"#);
    }

    #[test]
    fn last_value_of_a_key_counts() {
        assert_eq!(body(&[("a", Some("1")), ("a", Some("2"))]).unwrap(), r#"{"a":2}"#);
    }

    #[test]
    fn malformed_and_contradictory_keys_are_named() {
        for key in ["[a]", "a[b", "a[b]c", "a[[b]]", "a]["] {
            let error = body(&[(key, Some("1"))]);
            assert!(error.is_err_and(|why| why.contains(key)), "{key}");
        }
        for (first, second, why) in [
            ("a", "a[b]", "a value"),
            ("a[b]", "a", "an object"),
            ("a[b]", "a[]", "an object"),
            ("a[]", "a[b]", "an array"),
        ] {
            let error = body(&[(first, Some("1")), (second, Some("2"))]).unwrap_err();
            assert!(error.contains(second) && error.contains(why), "{error}");
        }
    }
}
