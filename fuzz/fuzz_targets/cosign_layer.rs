//! A layer of cosign's, whoever wrote it: each line an annotation, the last one the payload. Refused with a sentence, or read.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pullproof::cosign::payload::Payload;
use pullproof::cosign::signature;

const NAMES: [&str; 5] = [
    "dev.cosignproject.cosign/signature",
    "dev.sigstore.cosign/bundle",
    "dev.sigstore.cosign/rfc3161timestamp",
    "dev.sigstore.cosign/certificate",
    "dev.sigstore.cosign/chain",
];

fuzz_target!(|text: &str| {
    let lines: Vec<&str> = text.splitn(NAMES.len() + 1, '\n').collect();
    let [annotations @ .., payload] = lines.as_slice() else { return };
    // PEM has lines of its own.
    let annotations: Vec<String> = annotations.iter().map(|line| line.replace("\\n", "\n")).collect();
    let annotation = |name: &str| NAMES.iter().position(|known| *known == name).and_then(|at| annotations.get(at)).map(String::as_str);
    let refusals = [signature::SIMPLE_SIGNING, signature::DSSE]
        .map(|media_type| signature::read(media_type, annotation, payload.as_bytes()).err().map(|refusal| refusal.to_string()));
    let payload = Payload::parse(payload.as_bytes()).err().map(|refusal| refusal.to_string());
    for sentence in refusals.into_iter().chain([payload]).flatten() {
        assert!(!sentence.is_empty() && !sentence.contains(char::is_control), "{sentence:?}");
    }
});
