//! The spans of an event: one of its publication, and one for each consumer.

use ticketing_events::Envelope;
use ticketing_platform::telemetry::{Description, Span, SpanKind, TraceContext, Value};

use crate::{AckDecision, Delivery};

/// Starts the span of a publication, and makes it the parent of the event. An event without a trace has no span.
pub(crate) fn publish(envelope: &mut Envelope, service: &str, system: &'static str) -> Option<Span> {
    let cause = TraceContext::remote(Some(envelope.trace.as_deref()?));
    let span = Span::begin(SpanKind::Producer, &cause, || {
        let name = format!("publish {}", envelope.name).into();
        let mut attributes = common(envelope, service, system);
        attributes.extend([
            ("messaging.operation.name", "publish".into()),
            ("messaging.operation.type", "send".into()),
        ]);
        Description { name, attributes }
    });
    envelope.trace = span.context().traceparent();
    Some(span)
}

/// Starts the span of a delivery.
pub(crate) fn process(
    delivery: &Delivery,
    durable: &'static str,
    service: &str,
    system: &'static str,
) -> Span {
    let envelope = &delivery.envelope;
    let cause = TraceContext::remote(envelope.trace.as_deref());
    Span::begin(SpanKind::Consumer, &cause, || {
        let name = format!("process {}", envelope.name).into();
        let mut attributes = common(envelope, service, system);
        attributes.extend([
            ("messaging.operation.name", "process".into()),
            ("messaging.operation.type", "process".into()),
            ("messaging.consumer.group.name", durable.into()),
            ("ticketing.delivery.count", i64::from(delivery.delivery_count).into()),
        ]);
        Description { name, attributes }
    })
}

/// Records the ack decision of a delivery.
pub(crate) fn record_decision(span: &Span, decision: &AckDecision) {
    span.set("ticketing.delivery.outcome", decision.outcome());
    match decision {
        AckDecision::Ack | AckDecision::Postpone { .. } => {}
        AckDecision::Nak { cause, .. } => span.set("ticketing.delivery.cause", cause.clone()),
        AckDecision::DeadLetter { cause, .. } => span.fail(cause.clone()),
    }
}

fn common(envelope: &Envelope, service: &str, system: &'static str) -> Vec<(&'static str, Value)> {
    vec![
        ("ticketing.service", service.to_owned().into()),
        ("messaging.system", system.into()),
        ("messaging.destination.name", envelope.name.to_string().into()),
        ("messaging.message.id", envelope.id.clone().into()),
        ("ticketing.aggregate.id", envelope.aggregate.clone().into()),
        ("ticketing.aggregate.version", envelope.version.into()),
    ]
}
