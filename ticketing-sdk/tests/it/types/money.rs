//! Money never gains or loses a cent.

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use ticketing_sdk::{Money, MoneyError, PriceBound};

fn read(json: &str) -> Result<Money, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

fn check_round_trips(cents: i64) {
    let money = Money::from_cents(cents).unwrap();
    assert_eq!(money.cents(), cents);
    assert_eq!(money.to_string().parse(), Ok(money), "text of {cents}");
    let json = serde_json::to_string(&money).unwrap();
    assert_eq!(read(&json), Ok(money), "{json} of {cents}");
    let shortest = format!("{}.{:02}", cents / 100, cents % 100);
    let shortest = shortest.trim_end_matches('0').trim_end_matches('.');
    assert_eq!(json, shortest);
    assert_eq!(read(&format!("\"{money}\"")), Ok(money));
}

#[test]
fn every_cent_of_small_prices_survives_text_and_json() {
    (1..=100_000).for_each(check_round_trips);
    (99_900_000..=Money::MAX.cents()).for_each(check_round_trips);
}

proptest! {
    #[test]
    fn any_price_survives_text_and_json(cents in 1_i64..=99_999_999) {
        check_round_trips(cents);
    }

    #[test]
    fn outside_the_range_there_is_no_money(cents in prop_oneof![i64::MIN..=0, 100_000_000..=i64::MAX]) {
        let expected = if cents <= 0 { MoneyError::NotPositive } else { MoneyError::TooLarge };
        prop_assert_eq!(Money::from_cents(cents), Err(expected));
    }

    #[test]
    fn fraction_of_a_cent_is_refused(whole in 0_u32..=999_999, thousandths in 0_u32..1000, last in 1_u32..=9) {
        let text = format!("{whole}.{thousandths:03}{last}");
        prop_assert_eq!(text.parse::<Money>(), Err(MoneyError::TooPrecise));
        prop_assert!(read(&text).is_err());
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,12}") {
        if let Ok(money) = text.parse::<Money>() {
            check_round_trips(money.cents());
        }
    }
}

#[test]
fn price_is_exact() {
    assert_eq!(read("19.99").unwrap().cents(), 1999);
    assert_eq!("19.99".parse::<Money>().unwrap().cents(), 1999);
    assert_eq!(read("20").unwrap(), read("\"20.00\"").unwrap());
    assert_eq!(read("20.5").unwrap().to_string(), "20.50");
    assert_eq!(read("1e3").unwrap().cents(), 100_000);
    assert_eq!("20.5".parse::<Money>().unwrap().cents(), 2050);
}

#[test]
fn invalid_price_is_refused_with_a_reason() {
    for (text, why) in [
        ("19.999", MoneyError::TooPrecise),
        ("0", MoneyError::NotPositive),
        ("0.00", MoneyError::NotPositive),
        ("-1", MoneyError::NotPositive),
        ("-0", MoneyError::NotPositive),
        ("1000000", MoneyError::TooLarge),
        ("99999999999999999999999", MoneyError::TooLarge),
        ("NaN", MoneyError::NotANumber),
        ("inf", MoneyError::NotANumber),
        ("", MoneyError::NotANumber),
        ("abc", MoneyError::NotANumber),
        ("1,000", MoneyError::NotANumber),
        ("٣", MoneyError::NotANumber),
    ] {
        assert_eq!(text.parse::<Money>(), Err(why), "{text:?}");
    }
    for json in [
        "19.999", "0", "-1", "-0.5", "1e9", "1e300", "0.001", "null", "true", "[]", "{}", "\"\"", "\"NaN\"",
        "\"abc\"",
    ] {
        assert!(read(json).is_err(), "{json}");
    }
    assert!(read("19.999").unwrap_err().contains("at most two decimals"));
}

/// The table that every reader of amounts shares.
#[derive(Deserialize)]
struct Table {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    text: String,
    cents: Option<i64>,
    error: Option<String>,
    bound: Option<Value>,
}

#[test]
fn every_case_of_the_shared_table_is_read_as_it_says() {
    let table: Table = serde_json::from_str(include_str!("../../cases/money.json")).unwrap();
    assert!(table.cases.len() > 40);
    for Case { text, cents, error, bound } in table.cases {
        let money = text.parse::<Money>();
        assert_eq!(money.as_ref().ok().map(|money| money.cents()), cents, "{text:?}");
        let word = money.as_ref().err().map(|error| match error {
            MoneyError::NotANumber => "not_a_number",
            MoneyError::NotPositive => "not_positive",
            MoneyError::TooLarge => "too_large",
            MoneyError::TooPrecise => "too_precise",
            other => panic!("{other}"),
        });
        assert_eq!(word, error.as_deref(), "{text:?}");
        // A number in JSON is read by its text, never by way of a float.
        if serde_json::from_str::<Box<RawValue>>(&text).is_ok() && text.trim() == text {
            assert_eq!(read(&text).ok(), money.as_ref().ok().copied(), "{text}");
        }
        // A numeric string in JSON is read alike.
        assert_eq!(read(&Value::from(text.clone()).to_string()).ok(), money.ok(), "{text:?}");
        let expected = match &bound {
            Some(Value::String(word)) if word == "max" => Some(i64::MAX),
            Some(number) => number.as_i64(),
            None => cents,
        };
        assert_eq!(text.parse::<PriceBound>().ok().map(PriceBound::cents), expected, "{text:?}");
    }
}
