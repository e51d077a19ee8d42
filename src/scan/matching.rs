//! Packages meet advisories: the only place where what is written about versions becomes findings.

use core::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::report::Remark;
use crate::scan::advisory::Advisory;
use crate::scan::alias::Hit;
use crate::scan::alias::Vulnerability;
use crate::scan::alias::group;
use crate::scan::ecosystem;
use crate::scan::ecosystem::Question;
use crate::scan::ecosystem::Release;
use crate::scan::ecosystem::Subject;
use crate::scan::ecosystem::Subjects;
use crate::scan::ecosystem::Unsupported;
use crate::scan::ecosystem::normalised_python_name;
use crate::scan::inventory::purl::PackageUrl;
use crate::scan::package::Distribution;
use crate::scan::package::Kind;
use crate::scan::package::Package;
use crate::scan::range;
use crate::scan::range::Answer;
use crate::scan::report::Catalogue;
use crate::scan::report::Coverage;
use crate::scan::report::DistributionSummary;
use crate::scan::report::EcosystemCoverage;
use crate::scan::report::Extent;
use crate::scan::report::Finding;
use crate::scan::report::Installed;
use crate::scan::report::Scan;
use crate::scan::report::State;
use crate::scan::report::SubjectSummary;
use crate::scan::report::UndeterminedVersion;
use crate::scan::severity::Level;
use crate::scan::severity::Origin;
use crate::scan::severity::Severity;
use crate::scan::source::Advisories;
use crate::scan::source::Known;
use crate::time::UnixTime;

/// Everything that is to be looked up for these packages, each once, sorted. A source that has to be asked beforehand is asked this.
pub fn questions(distribution: Option<&Distribution>, packages: &[Package]) -> Vec<Question> {
    let release = ecosystem::release(distribution).ok();
    let subjects = ecosystem::subjects(packages, release.as_ref());
    let questions: BTreeSet<Question> = subjects.known.keys().flat_map(Subject::questions).collect();
    questions.into_iter().collect()
}

/// What is known to be vulnerable of these packages, and how much of them could be looked at.
pub fn match_packages<A: Advisories>(distribution: Option<&Distribution>, packages: &[Package], advisories: &A, now: UnixTime) -> Scan {
    let release = ecosystem::release(distribution);
    let covered = release.as_ref().ok().filter(|release| advisories.covers(release));
    let subjects = ecosystem::subjects(packages, covered);
    let mut findings = Vec::new();
    let mut looked = Looked::default();
    for (subject, places) in &subjects.known {
        let hits = hits(subject, advisories, &mut looked);
        looked.count(subject, places.len());
        let installed = || places.iter().map(|place| installed(&packages[*place], distribution)).collect::<Vec<_>>();
        let found = group(&hits, subject.scheme);
        looked.open_fixes += found.iter().filter(|one| one.may_have_a_fix).count();
        findings.extend(found.into_iter().map(|one| finding(one, subject, installed(), advisories)));
    }
    findings.sort_by(|a, b| place(a).cmp(&place(b)));

    let undetermined = looked.open_fixes + findings.iter().filter(|finding| finding.state == State::Undetermined).count();
    let coverage = coverage(packages, &subjects, looked, advisories, now);
    let (extent, remarks) = extent(distribution, packages, &release, covered, &coverage, undetermined);
    let distribution = distribution.map(|distribution| DistributionSummary {
        id: distribution.id.clone(),
        version_id: distribution.version_id.clone(),
        pretty_name: distribution.pretty_name.clone(),
        ecosystem: release.as_ref().ok().map(|release| release.ecosystem.clone()),
    });
    Scan {
        schema_version: 1,
        scanned_at: now,
        image: None,
        extent,
        rule: None,
        remarks,
        distribution,
        inventory: None,
        coverage,
        packages: None,
        findings,
    }
}

/// Where a finding stands: what is to act on first, the worst first, of those what is exploited already, then by name: the
/// catalogue says that there are attacks, not what they come to.
fn place(finding: &Finding) -> (bool, Reverse<Level>, Reverse<bool>, State, &str, &SubjectSummary) {
    let is_exploited = finding.known_exploited == Some(true);
    (finding.unimportant, Reverse(finding.severity.level), Reverse(is_exploited), finding.state, &finding.id, &finding.subject)
}

/// What was looked for, and where it could not be.
#[derive(Default)]
struct Looked {
    /// By ecosystem: how many packages, and whether there was a database.
    ecosystems: BTreeMap<String, (usize, bool)>,
    without_database: BTreeSet<Subject>,
    undetermined: BTreeSet<UndeterminedVersion>,
    unread: BTreeSet<String>,
    /// Findings of which it is not known whether there is a fix.
    open_fixes: usize,
}

impl Looked {
    fn count(&mut self, subject: &Subject, packages: usize) {
        let counted = self.ecosystems.entry(subject.question.ecosystem.clone()).or_insert((0, true));
        counted.0 += packages;
        counted.1 &= !self.without_database.contains(subject);
    }
}

/// Every advisory that says something of a subject's version.
fn hits<A: Advisories>(subject: &Subject, advisories: &A, looked: &mut Looked) -> Vec<Hit> {
    let mut hits = Vec::new();
    for question in subject.questions() {
        let Known::Advisories { read, unread } = advisories.about(&question) else {
            looked.without_database.insert(subject.clone());
            continue;
        };
        looked.unread.extend(unread.iter().map(ToString::to_string));
        hits.extend(unread.iter().map(Hit::unread));
        hits.extend(read.iter().flat_map(|advisory| said(advisory, &question, subject)));
    }
    if hits.iter().any(Hit::is_undetermined_version) {
        let Question { ecosystem, name, version } = subject.question.clone();
        looked.undetermined.insert(UndeterminedVersion { ecosystem, name, version });
    }
    hits
}

/// What one advisory says: it may list the package several times.
fn said(advisory: &Advisory, question: &Question, subject: &Subject) -> Vec<Hit> {
    if advisory.withdrawn.is_some() {
        return Vec::new();
    }
    let is_asked_for =
        |name: &str| if question.ecosystem == "PyPI" { normalised_python_name(name) == question.name } else { name == question.name };
    let listed = advisory.affected.iter().filter(|affected| affected.ecosystem == question.ecosystem && is_asked_for(&affected.name));
    let is_of_distribution = !matches!(question.ecosystem.as_str(), "npm" | "PyPI" | "Go");
    let hit = |affected, said| Some(Hit::of(advisory, is_of_distribution, Severity::of(advisory, affected), said));
    listed
        .filter_map(|affected| match range::answer(affected, subject.scheme, &question.version) {
            Answer::NotAffected => None,
            Answer::Affected { fixed } => hit(affected, Ok(fixed)),
            Answer::Undetermined(undecided) => hit(affected, Err(undecided)),
        })
        .collect()
}

fn finding<A: Advisories>(found: Vulnerability, subject: &Subject, packages: Vec<Installed>, advisories: &A) -> Finding {
    let Question { ecosystem, name, version } = subject.question.clone();
    let unimportant = found.severity.by == Some(Origin::Vendor) && found.severity.level == Level::Negligible;
    let (state, undetermined, fixed) = match found.said {
        Ok(fixed) => (State::Affected, None, fixed),
        Err(undecided) => (State::Undetermined, Some(Remark { code: undecided.code(), message: undecided.to_string() }), None),
    };
    Finding {
        known_exploited: advisories.known_exploited().map(|catalogue| catalogue.contains(&found.id)),
        id: found.id,
        aliases: found.aliases,
        advisories: found.advisories,
        subject: SubjectSummary { ecosystem, name, version },
        packages,
        state,
        undetermined,
        fixed,
        severity: found.severity,
        unimportant,
        vex: None,
    }
}

fn installed(package: &Package, distribution: Option<&Distribution>) -> Installed {
    let purl = PackageUrl::of(package, distribution).to_string();
    let Package { name, version, location, layer, .. } = package;
    Installed { purl, name: name.clone(), version: version.clone(), location: location.clone(), layer: Some(*layer) }
}

fn coverage<A: Advisories>(packages: &[Package], subjects: &Subjects, looked: Looked, advisories: &A, now: UnixTime) -> Coverage {
    let without = subjects.without_advisories.values();
    let places = without.chain(looked.without_database.iter().filter_map(|subject| subjects.known.get(subject))).flatten();
    let names: BTreeSet<&str> = places.map(|place| packages[*place].name.as_str()).collect();
    let unread = advisories.unread().iter().map(ToString::to_string).chain(looked.unread).collect::<BTreeSet<String>>();
    let ecosystems = looked.ecosystems.into_iter();
    Coverage {
        packages: packages.len(),
        databases: advisories.databases(now),
        ecosystems: ecosystems
            .map(|(ecosystem, (packages, has_advisories))| EcosystemCoverage { ecosystem, packages, has_advisories })
            .collect(),
        without_advisories: names.into_iter().map(str::to_owned).collect(),
        undetermined: looked.undetermined.into_iter().collect(),
        unread: unread.into_iter().collect(),
        known_exploited: advisories.known_exploited().map(|catalogue| Catalogue { at: catalogue.at(), count: catalogue.count() }),
        notes: Vec::new(),
    }
}

/// How much was looked at, and why not more.
fn extent(
    distribution: Option<&Distribution>,
    packages: &[Package],
    release: &Result<Release, Unsupported>,
    covered: Option<&Release>,
    coverage: &Coverage,
    undetermined: usize,
) -> (Extent, Vec<Remark>) {
    let mut told: Vec<(Extent, Remark)> = Vec::new();
    let mut tell = |extent, code, message| told.push((extent, Remark { code, message }));
    let is_of_a_system = |package: &Package| matches!(package.kind, Kind::Deb | Kind::Apk | Kind::Rpm);
    if packages.is_empty() {
        tell(Extent::Unsupported, "inventory-empty", "expected packages, found none: nothing can be said of what is not listed".to_owned());
    }
    match (release, covered) {
        (Err(unsupported), _) if distribution.is_some() || packages.iter().any(is_of_a_system) => {
            tell(Extent::Unsupported, unsupported.code(), unsupported.to_string());
        }
        (Err(unsupported), _) => tell(Extent::Partial, unsupported.code(), unsupported.to_string()),
        (Ok(release), None) => {
            let message = format!("expected advisories about {}, found no database of them", release.ecosystem);
            tell(Extent::Unsupported, "database-missing", message);
        }
        (Ok(release), Some(_)) if !packages.iter().any(|package| package.kind == release.kind) => {
            let message = format!("expected packages of {}, found none: its package database is missing or empty", release.ecosystem);
            tell(Extent::Unsupported, "system-packages-missing", message);
        }
        (Ok(_), Some(_)) => {}
    }
    if !coverage.without_advisories.is_empty() {
        let message = format!("expected advisories for every package, found none for {}", coverage.without_advisories.len());
        tell(Extent::Partial, "packages-without-advisories", message);
    }
    if undetermined > 0 {
        tell(
            Extent::Partial,
            "findings-undetermined",
            format!("expected every version to be comparable, found {undetermined} findings that hang on it"),
        );
    }
    if !coverage.unread.is_empty() {
        tell(
            Extent::Partial,
            "advisories-unread",
            format!("expected to read every advisory, found {} that could not be", coverage.unread.len()),
        );
    }
    told.sort_by_key(|(extent, _)| Reverse(*extent));
    let extent = told.first().map_or(Extent::Complete, |(extent, _)| *extent);
    (extent, told.into_iter().map(|(_, remark)| remark).collect())
}
