//! A start fails at once, with the cause, if the server cannot be used.

use std::time::Duration;

use ticketing_bus::{Bus, Credentials, JetStreamError, JetStreamOptions};
use ticketing_engines::{NatsServer, ReservedAddress, Shape};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use super::{api, raw};
use crate::support::Fixture;

/// Starts a server that implements only the handshake, in which it states its version.
async fn a_server_of_version(version: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("nats://{}", listener.local_addr().unwrap());
    let info = format!(
        "INFO {{\"server_id\":\"old\",\"server_name\":\"old\",\"version\":\"{version}\",\"host\":\"127.0.0.1\",\
         \"port\":4222,\"headers\":true,\"max_payload\":1048576,\"proto\":1}}\r\n"
    );
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (reader, mut writer) = stream.into_split();
            writer.write_all(info.as_bytes()).await.unwrap();
            let mut lines = BufReader::new(reader).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                if line.starts_with("PING") {
                    writer.write_all(b"PONG\r\n").await.unwrap();
                }
            }
        }
    });
    url
}

#[tokio::test]
async fn old_server_is_rejected_with_both_versions() {
    let url = a_server_of_version("2.9.10").await;
    let error = Bus::jetstream(JetStreamOptions::new(&url)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("the NATS server at {url} is version 2.9.10; at least 2.14 is needed")
    );
}

#[tokio::test]
async fn unreachable_server_is_named_without_its_password() {
    let reserved = ReservedAddress::reserve();
    let nobody = reserved.addr();
    let url = format!("nats://user:secret@{nobody}");
    let error = Bus::jetstream(JetStreamOptions::new(url)).await.unwrap_err();
    assert!(matches!(error, JetStreamError::Connect { .. }), "{error:?}");
    let message = error.to_string();
    assert!(
        message.starts_with(&format!("cannot connect to nats://{nobody}: ")) && !message.contains("secret"),
        "{message}"
    );
}

#[tokio::test]
async fn wrong_credentials_are_rejected() {
    let users = "authorization { users: [ { user: a, password: right } ] }";
    let server = NatsServer::builder().config(users).start().await;
    let options = JetStreamOptions {
        credentials: Some(Credentials::user("a", "wrong")),
        request_timeout: Duration::from_secs(2),
        ..JetStreamOptions::new(server.url())
    };
    let message = Bus::jetstream(options).await.unwrap_err().to_string();
    assert!(message.contains("does not accept them") && !message.contains("wrong"), "{message}");
}

#[tokio::test]
async fn server_without_jetstream_is_rejected() {
    let server = NatsServer::builder().without_jetstream().start().await;
    let error = Bus::jetstream(JetStreamOptions::new(server.url())).await.unwrap_err();
    assert!(matches!(error, JetStreamError::NotEnabled), "{error:?}");
}

#[tokio::test]
async fn stream_with_another_configuration_is_not_changed() {
    let fixture = Fixture::on(Shape::Nats).await;
    let client = raw(&fixture).await;
    let other = r#"{"name":"TICKETING","subjects":["ticketing.>"],"retention":"limits","storage":"memory",
        "discard":"old","num_replicas":1}"#;
    assert!(api(&client, "STREAM.CREATE.TICKETING", other).await["error"].is_null());
    let error = Bus::jetstream(fixture.options()).await.unwrap_err();
    assert!(
        matches!(&error, JetStreamError::StreamMismatch { stream, .. } if stream == "TICKETING"),
        "{error:?}"
    );
    let found = api(&client, "STREAM.INFO.TICKETING", "").await;
    assert_eq!(found["config"]["storage"], "memory");
}

#[tokio::test]
async fn streams_are_durable_and_checked_at_each_start() {
    let fixture = Fixture::on(Shape::Nats).await;
    for _ in 0..2 {
        fixture.bus().await;
    }
    let client = raw(&fixture).await;
    let eight_days = 8 * 24 * 3600 * 1_000_000_000_i64;
    let stream = api(&client, "STREAM.INFO.TICKETING", "").await["config"].clone();
    assert_eq!((&stream["storage"], &stream["allow_atomic"]), (&"file".into(), &true.into()));
    assert_eq!(stream["max_age"], eight_days);
    let letters = api(&client, "STREAM.INFO.TICKETING_DEAD", "").await["config"].clone();
    assert_eq!((&letters["storage"], &letters["max_age"]), (&"file".into(), &0.into()));
}
