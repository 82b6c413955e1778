//! Every coding is the same file.

use std::io::Read;

use http::Method;

use crate::support::{Reply, ask, asset, client, get};

fn read_back(reply: &Reply) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut body = reply.body.as_slice();
    match reply.header("content-encoding") {
        "br" => drop(brotli::Decompressor::new(body, 4096).read_to_end(&mut plain).unwrap()),
        "gzip" => drop(flate2::read::GzDecoder::new(body).read_to_end(&mut plain).unwrap()),
        _ => drop(body.read_to_end(&mut plain).unwrap()),
    }
    plain
}

#[tokio::test]
async fn a_browser_gets_what_it_can_read() {
    let client = client();
    let script = asset(&client, ".js").await;
    let plain = get(&client, &script).await;
    assert_eq!((plain.header("content-encoding"), plain.header("vary")), ("", "accept-encoding"));
    let mut tags = vec![plain.header("etag").to_owned()];
    for (asked, coding) in
        [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("br;q=0.1, gzip;q=0.2", "gzip")]
    {
        let reply = ask(&client, Method::GET, &script, &[("accept-encoding", asked)]).await;
        assert_eq!(reply.header("content-encoding"), coding, "{asked}");
        assert_eq!(reply.header("vary"), "accept-encoding");
        assert!(reply.body.len() < plain.body.len(), "{asked}");
        assert_eq!(read_back(&reply), plain.body, "{asked}");
        tags.push(reply.header("etag").to_owned());
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 3, "different bytes have different tags");
}

#[tokio::test]
async fn the_page_is_compressed_too() {
    let client = client();
    let plain = get(&client, "/").await;
    let reply = ask(&client, Method::GET, "/", &[("accept-encoding", "br, gzip")]).await;
    assert_eq!(reply.header("content-encoding"), "gzip");
    assert_eq!(read_back(&reply), plain.body);
}
