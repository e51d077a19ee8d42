//! A scan in short, for the report of a check: as many findings by name as people read, and how many there are.

use crate::report::Counts;
use crate::report::DeniedSummary;
use crate::report::LeftOutSummary;
use crate::report::VulnerabilitySummary;
use crate::scan::report::Finding;
use crate::scan::report::Installed;
use crate::scan::report::Scan;
use crate::scan::report::State;

impl Scan {
    /// The same in short; `None` where no rule has judged it.
    pub fn summary(&self) -> Option<VulnerabilitySummary> {
        let rule = self.rule.as_ref()?;
        let mut counts = Counts::default();
        for finding in &self.findings {
            let count = counts.of(finding.severity.level);
            count.findings += 1;
            count.fixable += usize::from(finding.fixed.is_some());
        }
        Some(VulnerabilitySummary {
            judged: rule.judged,
            extent: self.extent,
            scanned_at: self.scanned_at,
            databases: self.coverage.databases.clone(),
            packages: self.coverage.packages,
            counts,
            undetermined: self.findings.iter().filter(|finding| finding.state == State::Undetermined).count(),
            denied: rule.denied.iter().take(VulnerabilitySummary::SHOWN).map(|place| denied(&self.findings[*place])).collect(),
            denied_in_all: rule.denied.len(),
            left_out: rule
                .left_out
                .iter()
                .take(VulnerabilitySummary::SHOWN)
                .map(|left| {
                    let finding = &self.findings[left.finding];
                    LeftOutSummary { id: finding.id.clone(), package: installed(finding).0.to_owned(), reason: left.reason.clone() }
                })
                .collect(),
            left_out_in_all: rule.left_out.len(),
            idle: rule.idle.clone(),
            remarks: self.remarks.iter().take(VulnerabilitySummary::SHOWN).cloned().collect(),
        })
    }
}

fn denied(finding: &Finding) -> DeniedSummary {
    let (package, version) = installed(finding);
    DeniedSummary {
        id: finding.id.clone(),
        severity: finding.severity.level,
        package: package.to_owned(),
        version: version.to_owned(),
        fixed: finding.fixed.clone(),
        known_exploited: finding.known_exploited,
    }
}

/// The name and the version of what is installed.
fn installed(finding: &Finding) -> (&str, &str) {
    let of_subject = (finding.subject.name.as_str(), finding.subject.version.as_str());
    finding.packages.first().map_or(of_subject, |Installed { name, version, .. }| (name, version))
}
