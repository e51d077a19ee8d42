//! The doors to scanning: one image, or what a check has found of one, and what is known to be vulnerable in it.

use js_sys::Array;
use js_sys::Function;
use js_sys::Object;
use js_sys::Promise;
use js_sys::Reflect;
use js_sys::Uint8Array;
use serde::Serialize;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

use crate::advisors;
use crate::advisors::FoundManifest;
use crate::attested::Attested;
use crate::budget;
use crate::error::Error;
use crate::json::Members;
use crate::json::Place;
use crate::policy::Scanned;
use crate::reference::Reference;
use crate::report::VulnerabilitySummary;
use crate::scan::exploited::KnownExploited;
use crate::scan::lists::GivenList;
use crate::scan::rule::Rule;
use crate::scan::vex::Vex;
use crate::scanner::Beside;
use crate::scanner::Limits;
use crate::scanner::Listing;
use crate::scanner::LoadError;
use crate::scanner::Scanner;
use crate::scanner::ShardLoader;
use crate::scanner::Source;
use crate::scanner::Step;
use crate::scanner::signed::Publisher;
use crate::scanner::signed::RefusedIndex;
use crate::scanner::signed::SignedIndex;
use crate::time::UnixTime;
use crate::wasm::convert::from_js;
use crate::wasm::convert::invalid;
use crate::wasm::convert::thrown;
use crate::wasm::convert::to_js;
use crate::wasm::hashes::hashes;
use crate::wasm::options;
use crate::wasm::options::MEANS;
use crate::wasm::options::Means;
use crate::wasm::options::Refusal;
use crate::wasm::options::told;
use crate::wasm::store::JsStore;
use crate::wasm::transport::FetchTransport;

/// A function of JavaScript that gives the bytes of a shard, `undefined` or `null` where there is none.
struct JsLoader(Function);

impl ShardLoader for JsLoader {
    async fn load(&self, ecosystem: &str) -> Result<Option<Vec<u8>>, LoadError> {
        let promise = self.0.call1(&JsValue::UNDEFINED, &ecosystem.into()).map_err(|_| unusable())?;
        let found = JsFuture::from(Promise::resolve(&promise)).await.map_err(|_| unusable())?;
        if found.is_undefined() || found.is_null() {
            return Ok(None);
        }
        let bytes: Uint8Array = found.dyn_into().map_err(|_| unusable())?;
        if bytes.length() as usize > budget::SHARD_BYTES {
            return Err(unusable());
        }
        Ok(Some(bytes.to_vec()))
    }
}

/// What was thrown is not repeated: it may hold an address with a secret in it.
fn unusable() -> LoadError {
    LoadError { detail: "expected bytes or nothing".to_owned() }
}

/// Who is to answer, and what is asked.
struct Question {
    image: Reference,
    scanner: Scanner<FetchTransport>,
    source: Source<JsLoader>,
    beside: Beside,
    now: UnixTime,
    /// What a check has found, where it asks.
    found: Option<FoundManifest>,
}

/// What the module that checks found out of an index of shards.
enum GivenIndex {
    /// Who signed it.
    Signed { text: String, publisher: Publisher },
    /// Why it must not be believed.
    Refused(RefusedIndex),
}

/// Scans an image. Without `shards` OSV's server is asked. `sbom` is a list of packages that the caller brings; `attested` is what the module that
/// checks answered when it was asked what is attested. `on_step` is told what happens, and `hash` begins a digest, where the platform
/// has a quicker way than ours.
#[allow(clippy::too_many_arguments, reason = "a door to JavaScript: each is somebody else's function or object")]
#[wasm_bindgen]
pub async fn scan(
    image: String,
    options: JsValue,
    vex: Array,
    sbom: Option<Uint8Array>,
    attested: Option<Object>,
    fetch: Function,
    shards: Option<Function>,
    signal: Option<web_sys::AbortSignal>,
    on_step: Option<Function>,
    hash: Option<Function>,
    store: Option<Object>,
) -> Result<JsValue, JsValue> {
    let Question { image, scanner, source, beside, now, .. } =
        Question::read(&image, &options, &vex, sbom.as_ref(), fetch, shards, signal, store).await?;
    let attested = attested.map(|answer| read_attested(&answer).ok_or_else(|| invalid(NO_ANSWER))).transpose()?;
    let scanner = scanner.attested(attested).hashed_by(hashes(hash));
    let scan = scanner.scan(&image, &source, &beside, now, &mut telling(on_step)).await.map_err(|error| thrown(&error))?;
    Ok(to_js(&scan))
}

/// The same for a check, as `advisors.rs` reads it: of the manifest that it has `found`, by the policy's `rule`.
#[allow(clippy::too_many_arguments, reason = "a door to JavaScript: each is somebody else's function or object")]
#[wasm_bindgen(js_name = scanFound)]
pub async fn scan_found(
    image: String,
    options: JsValue,
    vex: Array,
    fetch: Function,
    shards: Option<Function>,
    signal: Option<web_sys::AbortSignal>,
    on_step: Option<Function>,
    hash: Option<Function>,
    store: Option<Object>,
) -> Result<JsValue, JsValue> {
    #[derive(Serialize)]
    struct Answer {
        scanned: Scanned,
        summary: Option<VulnerabilitySummary>,
    }
    let Question { image, scanner, source, beside, now, found } =
        Question::read(&image, &options, &vex, None, fetch, shards, signal, store).await?;
    let found = found.ok_or_else(|| invalid("expected what a check has found, found nothing"))?;
    let scanner = scanner.hashed_by(hashes(hash));
    let word = advisors::scan_found(&scanner, &image, &found, &source, &beside, now, &mut telling(on_step)).await;
    let word = word.map_err(|error| thrown(&error))?;
    let answered = word.scanned.map_err(|_| invalid("expected the rule of a policy, found none"))?;
    Ok(to_js(&Answer { scanned: answered, summary: word.summary }))
}

/// What a listener throws is its own affair: it must not change what is found.
fn telling(on_step: Option<Function>) -> impl FnMut(&Step) {
    move |step| {
        if let Some(on_step) = &on_step {
            let _ = on_step.call1(&JsValue::UNDEFINED, &to_js(step));
        }
    }
}

/// The module that checks is of another version, perhaps one that some cache kept.
const NO_ANSWER: &str = "expected what is attested as the module that checks says it, found something else: is it of this version?";

fn read_attested(answer: &Object) -> Option<Result<Attested, String>> {
    let payloads = Reflect::get(answer, &"payloads".into()).ok().filter(Array::is_array)?;
    let payloads = Array::from(&payloads);
    let payloads = payloads.iter().map(|payload| {
        let payload: Uint8Array = payload.dyn_into().ok()?;
        (payload.length() as usize <= budget::BUNDLE_BYTES).then(|| payload.to_vec())
    });
    let object = from_js(&Reflect::get(answer, &"attested".into()).ok()?).ok()?;
    Attested::read(&object.root(), payloads.collect::<Option<_>>()?)
}

fn read_listing(members: &Members<'_>, sbom: Option<&Uint8Array>) -> Result<Listing, Refusal> {
    match (members.optional_string("packages").map_err(told)?, sbom) {
        (None | Some("sbom"), Some(bytes)) => {
            // One more than any: it is refused where lists are read.
            let bytes = bytes.subarray(0, u32::try_from(budget::SBOM_BYTES + 1).unwrap_or(u32::MAX)).to_vec();
            let list = GivenList::parse(&bytes).map_err(|why| format!("sbom: {why}"))?;
            Ok(Listing::Given(Box::new(list)))
        }
        (None | Some("layers"), None) => Ok(Listing::Layers),
        (Some("sbom"), None) => Ok(Listing::Sbom),
        (Some("layers"), Some(_)) => Err("expected packages from layers or from sbom, found both".to_owned()),
        (Some(_), _) => Err("expected packages from layers or sbom, found another word".to_owned()),
    }
}

impl Question {
    #[allow(clippy::too_many_arguments, reason = "each is somebody else's function or object")]
    async fn read(
        image: &str,
        options: &JsValue,
        vex: &Array,
        sbom: Option<&Uint8Array>,
        fetch: Function,
        shards: Option<Function>,
        signal: Option<web_sys::AbortSignal>,
        store: Option<Object>,
    ) -> Result<Self, JsValue> {
        let image = Reference::parse(image).map_err(|error| thrown(&error.into()))?;
        let options = from_js(options)?;
        let Asked { means, platform, listing, lists_packages, limits, max_age_days, known_exploited, index, beside, found } =
            read(&options.root(), vex, sbom).map_err(|refusal| invalid(&refusal))?;
        let Means { now, access, .. } = means;
        let mut scanner =
            Scanner::new(FetchTransport::new(fetch, signal)).access(access).limits(limits).listing(listing).list_packages(lists_packages);
        if let Some(platform) = platform {
            scanner = scanner.platform(platform.parse().map_err(|invalid| thrown(&Error::Platform(invalid)))?);
        }
        if let Some(days) = max_age_days {
            scanner = scanner.max_age_days(days);
        }
        if let Some(catalogue) = known_exploited {
            scanner = scanner.known_exploited(catalogue);
        }
        let source = match (shards.map(JsLoader), index) {
            (None, _) => Source::Osv,
            (Some(shards), None) => Source::Shards(shards),
            (Some(shards), Some(GivenIndex::Refused(refused))) => Source::SignedShards { index: Err(refused), shards },
            (Some(shards), Some(GivenIndex::Signed { text, publisher })) => {
                let store = store.map(JsStore::new);
                Source::SignedShards { index: SignedIndex::open(text.as_bytes(), publisher, store.as_ref(), now).await, shards }
            }
        };
        Ok(Self { image, scanner, source, beside, now, found })
    }
}

struct Asked {
    means: Means,
    platform: Option<String>,
    listing: Listing,
    lists_packages: bool,
    limits: Limits,
    max_age_days: Option<u32>,
    known_exploited: Option<KnownExploited>,
    index: Option<GivenIndex>,
    beside: Beside,
    found: Option<FoundManifest>,
}

fn read(members: &Members<'_>, vex: &Array, sbom: Option<&Uint8Array>) -> Result<Asked, Refusal> {
    const OTHERS: [&str; 9] =
        ["platform", "limits", "listPackages", "rule", "packages", "found", "maxAgeDays", "knownExploited", "signedIndex"];
    let known: Vec<&str> = MEANS.into_iter().chain(OTHERS).collect();
    options::only(members, &known)?;
    let rule = members.optional("rule").map_err(told)?;
    let documents = vex.iter().map(|document| {
        let bytes: Uint8Array = document.dyn_into().map_err(|_| "expected every VEX document as bytes".to_owned())?;
        // One more than any: it is refused where documents are read.
        let bytes = bytes.subarray(0, u32::try_from(budget::VEX_BYTES + 1).unwrap_or(u32::MAX)).to_vec();
        Vex::parse(&bytes).map_err(|invalid| invalid.to_string())
    });
    let means = options::read_means(members)?;
    if means.trust_server.is_some() {
        return Err("expected no trust server, found one: a scan asks none".to_owned());
    }
    let found = members.optional("found").map_err(told)?;
    let found = found.map(|place| FoundManifest::read(&place).ok_or("expected a manifest that a check has found, found something else"));
    Ok(Asked {
        means,
        listing: read_listing(members, sbom)?,
        platform: members.optional_string("platform").map_err(told)?.map(str::to_owned),
        limits: match members.optional("limits").map_err(told)? {
            Some(place) => read_limits(&place.object().map_err(told)?)?,
            None => Limits::default(),
        },
        max_age_days: members.optional("maxAgeDays").map_err(told)?.map(|place| read_days(&place)).transpose()?,
        known_exploited: match members.optional_string("knownExploited").map_err(told)? {
            Some(text) => Some(KnownExploited::parse(text.as_bytes()).map_err(|invalid| invalid.to_string())?),
            None => None,
        },
        index: match members.optional("signedIndex").map_err(told)? {
            Some(place) => Some(read_index(&place.object().map_err(told)?)?),
            None => None,
        },
        lists_packages: members
            .optional("listPackages")
            .map_err(told)?
            .map(|place| place.boolean())
            .transpose()
            .map_err(told)?
            .unwrap_or(false),
        beside: Beside {
            rule: rule.map(|rule| Rule::read(&rule).map_err(|invalid| invalid.to_string())).transpose()?,
            vex: documents.collect::<Result<_, _>>()?,
        },
        found: found.transpose()?,
    })
}

/// Those that are not given are what is allowed anywhere.
fn read_limits(members: &Members<'_>) -> Result<Limits, Refusal> {
    options::only(members, &["layers", "layerBytes", "layersAtOnce", "osvRequests"])?;
    let number = |name| members.optional(name).map_err(told)?.map(|place| place.unsigned().map_err(told)).transpose();
    let count = |name, otherwise| Ok::<_, Refusal>(number(name)?.map_or(otherwise, |number| usize::try_from(number).unwrap_or(usize::MAX)));
    let most = Limits::default();
    Ok(Limits {
        layers: count("layers", most.layers)?,
        layer_bytes: number("layerBytes")?.unwrap_or(most.layer_bytes),
        layers_at_once: count("layersAtOnce", most.layers_at_once)?,
        osv_requests: count("osvRequests", most.osv_requests)?,
    })
}

fn read_days(place: &Place<'_>) -> Result<u32, Refusal> {
    let days = place.unsigned().map_err(told)?;
    Ok(u32::try_from(days).unwrap_or(u32::MAX))
}

/// `{ text, name, history }`, or `{ code, message }`.
fn read_index(members: &Members<'_>) -> Result<GivenIndex, Refusal> {
    let string = |name| members.required(name).and_then(|place| place.string()).map(str::to_owned).map_err(told);
    if members.optional("code").map_err(told)?.is_some() {
        options::only(members, &["code", "message"])?;
        return Ok(GivenIndex::Refused(RefusedIndex::Elsewhere {
            code: RefusedIndex::known(&string("code")?),
            message: string("message")?,
        }));
    }
    options::only(members, &["text", "name", "history"])?;
    Ok(GivenIndex::Signed { text: string("text")?, publisher: Publisher::proven_elsewhere(string("name")?, string("history")?) })
}
