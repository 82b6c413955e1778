//! Every content coding decodes to the same bytes.

use std::io::Read;

use http::Method;

use crate::support::{Response, asset, client, get, send};

fn decode(response: &Response) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut body = response.body.as_slice();
    match response.header("content-encoding") {
        "br" => drop(brotli::Decompressor::new(body, 4096).read_to_end(&mut plain).unwrap()),
        "gzip" => drop(flate2::read::GzDecoder::new(body).read_to_end(&mut plain).unwrap()),
        _ => drop(body.read_to_end(&mut plain).unwrap()),
    }
    plain
}

#[tokio::test]
async fn script_is_sent_in_the_preferred_coding() {
    let client = client();
    let script = asset(&client, ".js").await;
    let plain = get(&client, &script).await;
    assert_eq!((plain.header("content-encoding"), plain.header("vary")), ("", "accept-encoding"));
    let mut tags = vec![plain.header("etag").to_owned()];
    for (accepted, coding) in
        [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("br;q=0.1, gzip;q=0.2", "gzip")]
    {
        let response = send(&client, Method::GET, &script, &[("accept-encoding", accepted)]).await;
        assert_eq!(response.header("content-encoding"), coding, "{accepted}");
        assert_eq!(response.header("vary"), "accept-encoding");
        assert!(response.body.len() < plain.body.len(), "{accepted}");
        assert_eq!(decode(&response), plain.body, "{accepted}");
        tags.push(response.header("etag").to_owned());
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 3, "each coding has its own ETag");
}

#[tokio::test]
async fn page_is_compressed_with_gzip() {
    let client = client();
    let plain = get(&client, "/").await;
    let response = send(&client, Method::GET, "/", &[("accept-encoding", "br, gzip")]).await;
    assert_eq!(response.header("content-encoding"), "gzip");
    assert_eq!(decode(&response), plain.body);
}
