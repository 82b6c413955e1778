//! A door: reads the codes of passes, one a line as a scanner types them, and admits each pass once.
//!
//! `TICKETING_SESSION=… door_scanner http://127.0.0.1:3000 "north door"`

use std::io::BufRead as _;

use anyhow::Context as _;
use ticketing_sdk::text::sanitize;
use ticketing_sdk::{
    Admission, Client, Error, ErrorCode, IdempotencyKey, NewCheckIn, PassCode, PassVerifier,
};

/// The attempts of one check-in.
const ATTEMPTS: u32 = 3;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example shows what it did")]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let server = arguments.next().context("SERVER is missing, such as http://127.0.0.1:3000")?;
    let device = arguments.next().context("DEVICE is missing: the name of the door")?;
    let session = std::env::var("TICKETING_SESSION").context("TICKETING_SESSION is not set")?;

    let client = Client::builder(server).session_value(session).build()?;
    // The public keys detect a forged code without a request.
    let verifier = PassVerifier::new(&client.passes().keys().await?);
    for line in std::io::stdin().lock().lines() {
        let code = PassCode::new(line?.trim());
        if verifier.verify(&code).is_err() {
            println!("refused: not a code of this marketplace");
            continue;
        }
        println!("{}", check_in(&client, &code, &device).await?);
    }
    Ok(())
}

/// Returns what the door says of a holder who enters. An earlier holder may have entered with the pass, at a door without
/// a network, and given it away or sold it since.
fn describe_admission(admission: &Admission) -> String {
    let title = sanitize(&admission.title);
    let earlier = admission.double_admissions.iter().map(|earlier| {
        let device = earlier.device.as_deref().unwrap_or("a door without a name");
        format!(
            "; an earlier holder has entered with this pass at {} by {}",
            earlier.admitted_at,
            sanitize(device)
        )
    });
    format!("admitted: {title}{}", earlier.collect::<String>())
}

/// Admits a code, and returns the verdict. The attempts have one key, so the pass is admitted once even if an answer is
/// lost.
async fn check_in(client: &Client, code: &PassCode, device: &str) -> Result<String, Error> {
    let key = IdempotencyKey::generate();
    let mut attempt = 1;
    loop {
        let check_in = NewCheckIn::new(code.clone()).device(device);
        let error = match client.passes().check_in(check_in).idempotency_key(key.clone()).await {
            Ok(admission) => return Ok(describe_admission(&admission)),
            Err(error) => error,
        };
        match error.code() {
            Some(ErrorCode::AlreadyAdmitted) => return Ok("refused: it was admitted before".to_owned()),
            Some(ErrorCode::PassSuperseded) => {
                return Ok("refused: the pass has another holder now".to_owned());
            }
            Some(ErrorCode::PassOffered) => return Ok("refused: the pass is for sale".to_owned()),
            Some(ErrorCode::PassInvalid | ErrorCode::NotOwner) => {
                return Ok("refused: it is not for this event".to_owned());
            }
            _ if error.is_unknown_outcome() && attempt < ATTEMPTS => attempt += 1,
            _ => return Err(error),
        }
    }
}
