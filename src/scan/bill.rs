//! Every package that was listed, for whoever writes a bill of materials.

use crate::scan::ecosystem;
use crate::scan::inventory::Inventory;
use crate::scan::inventory::purl::PackageUrl;
use crate::scan::report::ListedPackage;
use crate::scan::report::SourceSummary;

/// The packages of an inventory, in its order.
pub fn bill(inventory: &Inventory) -> Vec<ListedPackage> {
    let release = ecosystem::release(inventory.distribution.as_ref()).ok();
    let listed = inventory.packages.iter().map(|package| {
        let is_foreign = inventory.is_foreign(package);
        let distribution = inventory.distribution.as_ref().filter(|_| !is_foreign);
        ListedPackage {
            purl: PackageUrl::of(package, distribution).to_string(),
            name: package.name.clone(),
            version: package.version.clone(),
            source: package.source.as_ref().map(|source| SourceSummary { name: source.name.clone(), version: source.version.clone() }),
            architecture: package.architecture.clone(),
            ecosystem: if is_foreign { None } else { ecosystem::of(package, release.as_ref()) },
            location: package.location.clone(),
            layer: Some(package.layer),
        }
    });
    listed.collect()
}
