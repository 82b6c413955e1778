//! Rows of JSON whose fields no command knows, such as an answer of `ticketing api`.

use serde_json::Value;

use super::{csv, tsv};

/// The column that comes first.
const ID: &str = "id";
/// The column of a value that is no object.
const VALUE: &str = "value";

/// Returns comma-separated values with a header: a row for each item of a list, or one for anything else.
pub(super) fn csv(document: &Value, terminal: bool) -> String {
    let (columns, rows) = (columns(document), rows(document));
    let header = csv::line(columns.iter().map(|name| ((*name).to_owned(), true)), terminal);
    let line = |row: &Value| {
        let cells = columns.iter().map(|column| cell(row, column));
        csv::line(cells.map(|cell| (text(cell), cell.is_some_and(Value::is_string))), terminal)
    };
    header + &rows.iter().map(line).collect::<String>()
}

/// Returns tab-separated values.
pub(super) fn tsv(document: &Value) -> String {
    let columns = columns(document);
    let line = |row: &Value| tsv::line(columns.iter().map(|column| text(cell(row, column))));
    rows(document).iter().map(line).collect()
}

fn rows(document: &Value) -> &[Value] {
    match document {
        Value::Array(items) => items,
        other => std::slice::from_ref(other),
    }
}

/// Returns the fields of all rows, each once.
fn columns(document: &Value) -> Vec<&str> {
    let mut columns: Vec<&str> = Vec::new();
    for row in rows(document) {
        match row {
            Value::Object(fields) => columns.extend(fields.keys().map(String::as_str)),
            _ => columns.push(VALUE),
        }
    }
    columns.sort_unstable_by_key(|name| (*name != ID, *name));
    columns.dedup();
    columns
}

fn cell<'v>(row: &'v Value, column: &str) -> Option<&'v Value> {
    match row {
        Value::Object(fields) => fields.get(column),
        other => Some(other).filter(|_| column == VALUE),
    }
}

/// Returns a text as it is, nothing for null, and anything else as JSON.
fn text(cell: Option<&Value>) -> String {
    match cell {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => super::json::escape(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_the_columns_of_all_objects() {
        let list = serde_json::json!([
            {"title": "=1+1, \"x\"", "id": "t1", "price": -20.5},
            {"id": "t2", "venue": null, "ticket": {"id": "a"}},
            7,
        ]);
        assert_eq!(
            csv(&list, false),
            "id,price,ticket,title,value,venue\nt1,-20.5,,\"'=1+1, \"\"x\"\"\",,\nt2,,\"{\"\"id\"\":\"\"a\"\"}\",,,\n,,,,7,\n"
        );
        assert_eq!(tsv(&list).lines().next(), Some("t1\t-20.5\t\t=1+1, \"x\"\t\t"));
        assert_eq!(csv(&serde_json::json!({"id": "t1", "n": 1}), false), "id,n\nt1,1\n");
        assert_eq!(csv(&serde_json::json!([]), false), "\n");
    }
}
