//! Which options of docker, podman and nerdctl take a value: behind the last of them stands the image.
//!
//! Collected from the programs themselves: docker/cli 20.10 to 29.9 (`cli/command/container/opts.go`, `run.go`, `create.go`,
//! `cli/command/image/pull.go`, `cli/flags/options.go`), podman 3 to 6 (`cmd/podman/common/create.go`, `netflags.go`, `root.go`,
//! `images/pull.go`, `utils/alias.go`), nerdctl 1 to 2 (`cmd/nerdctl/container/container_run.go`, `image/image_pull.go`, `main.go`).
//! What a newer version dropped stays: the line may be older than the program. All of them read options as
//! [pflag](https://pkg.go.dev/github.com/spf13/pflag) does.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::pin::command::words::Word;

/// A program that runs containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Client {
    Docker,
    Podman,
    Nerdctl,
}

/// Where an option stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// In front of the command.
    Before,
    /// Behind `run` or `create`.
    Run,
    /// Behind `pull`.
    Pull,
}

/// What an option makes of the words behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing.
    None,
    /// They name repositories, of which every tag is meant.
    AllTags,
    /// The first is a folder instead of an image.
    Rootfs,
}

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading<'w> {
    /// No option.
    Word,
    /// `--`: no option follows.
    End,
    /// An option, or several in one word.
    Option {
        /// The next word is its value.
        takes_next: bool,
        effect: Effect,
    },
    /// An option of which nobody here knows whether the next word is its value.
    Unknown(&'w str),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Value,
    Nothing(Effect),
}

const FLAG: Takes = Takes::Nothing(Effect::None);
const EVERY_CLIENT: &[Client] = &[Client::Docker, Client::Podman, Client::Nerdctl];
const EVERY_PLACE: &[Place] = &[Place::Before, Place::Run, Place::Pull];

/// Names without their dashes; one letter is a short option.
const TABLE: &[(&[Client], &[Place], Takes, &str)] = &[
    (
        EVERY_CLIENT,
        &[Place::Run],
        Takes::Value,
        "a add-host annotation attach blkio-weight blkio-weight-device cap-add cap-drop cgroup-parent cgroupns cidfile cpu-period \
         cpu-quota cpu-rt-period cpu-rt-runtime cpu-shares cpus cpuset-cpus cpuset-mems detach-keys device device-read-bps \
         device-read-iops device-write-bps device-write-iops dns dns-opt dns-option dns-search domainname e entrypoint env env-file \
         gpus group-add h health-cmd health-interval health-retries health-start-period health-timeout hostname ip ip6 ipc \
         kernel-memory l label label-file log-driver log-opt m mac-address memory memory-reservation memory-swap memory-swappiness \
         mount name net network oom-score-adj p pid pids-limit platform publish pull restart runtime security-opt shm-size \
         stop-signal stop-timeout sysctl tmpfs u ulimit umask user userns uts v volume volumes-from w workdir",
    ),
    (
        EVERY_CLIENT,
        &[Place::Run],
        FLAG,
        "d detach i init interactive no-healthcheck oom-kill-disable privileged q quiet read-only rm sig-proxy t tty",
    ),
    (EVERY_CLIENT, EVERY_PLACE, FLAG, "help"),
    (EVERY_CLIENT, &[Place::Before, Place::Pull], FLAG, "h"),
    (EVERY_CLIENT, &[Place::Before], FLAG, "v version"),
    (EVERY_CLIENT, &[Place::Pull], Takes::Value, "platform"),
    (EVERY_CLIENT, &[Place::Pull], FLAG, "q quiet"),
    (&[Client::Docker, Client::Podman], &[Place::Run], Takes::Value, "c device-cgroup-rule expose network-alias"),
    (&[Client::Docker, Client::Podman], &[Place::Run], FLAG, "P publish-all"),
    (&[Client::Docker, Client::Podman], &[Place::Run, Place::Pull], FLAG, "disable-content-trust"),
    (&[Client::Docker, Client::Podman], &[Place::Pull], Takes::Nothing(Effect::AllTags), "a all-tags"),
    (&[Client::Podman, Client::Nerdctl], &[Place::Run], Takes::Value, "cgroup-conf pidfile rdt-class systemd"),
    (&[Client::Podman, Client::Nerdctl], &[Place::Run], Takes::Nothing(Effect::Rootfs), "rootfs"),
    // Docker's own.
    (
        &[Client::Docker],
        &[Place::Run],
        Takes::Value,
        "cpu-count cpu-percent health-start-interval io-maxbandwidth io-maxiops isolation link link-local-ip net-alias storage-opt \
         volume-driver",
    ),
    (&[Client::Docker], &[Place::Run], FLAG, "use-api-socket"),
    (&[Client::Docker], &[Place::Before], Takes::Value, "H c config context host l log-level tlscacert tlscert tlskey"),
    (&[Client::Docker], &[Place::Before], FLAG, "D debug tls tlsverify"),
    // Podman's own.
    (
        &[Client::Podman],
        &[Place::Run],
        Takes::Value,
        "cgroups chrootdirs conmon-pidfile env-merge gidmap group-entry health-log-destination health-max-log-count \
         health-max-log-size health-on-failure health-startup-cmd health-startup-interval health-startup-retries \
         health-startup-success health-startup-timeout healthcheck-command healthcheck-interval healthcheck-retries \
         healthcheck-start-period healthcheck-timeout hosts-file hostuser image-volume init-ctr init-path passwd-entry personality \
         pod pod-id-file preserve-fd preserve-fds requires sdnotify seccomp-policy secret shm-size-systemd subgidname subuidname \
         timeout tz uidmap unsetenv",
    ),
    (&[Client::Podman], &[Place::Run], FLAG, "env-host http-proxy no-hostname no-hosts passwd read-only-tmpfs replace rmi unsetenv-all"),
    (
        &[Client::Podman],
        &[Place::Run, Place::Pull],
        Takes::Value,
        "arch auth-file authfile cert-dir creds decryption-key os override-arch override-os override-variant retry retry-delay \
         signature-policy variant",
    ),
    (&[Client::Podman], &[Place::Run, Place::Pull], FLAG, "tls-verify"),
    (&[Client::Podman], &[Place::Pull], Takes::Value, "policy"),
    (
        &[Client::Podman],
        EVERY_PLACE,
        Takes::Value,
        "cdi-spec-dir cgroup-manager cni-config-dir conmon cpu-profile db-backend default-mounts-file events-backend hooks-dir \
         imagestore log-level max-workers memory-profile namespace network-backend network-cmd-path network-config-dir pull-option \
         registries-conf root runroot runtime runtime-flag storage-driver storage-opt tmpdir volumepath",
    ),
    (&[Client::Podman], EVERY_PLACE, FLAG, "syslog trace transient-store"),
    (
        &[Client::Podman],
        &[Place::Before],
        Takes::Value,
        "H c config connection context host identity module out ssh tls-ca tls-cert tls-details tls-key url",
    ),
    (&[Client::Podman], &[Place::Before], FLAG, "D debug noout r remote"),
    // nerdctl's own.
    (&[Client::Nerdctl], &[Place::Run], Takes::Value, "init-binary isolation"),
    (
        &[Client::Nerdctl],
        &[Place::Run, Place::Pull],
        Takes::Value,
        "cosign-certificate-identity cosign-certificate-identity-regexp cosign-certificate-oidc-issuer \
         cosign-certificate-oidc-issuer-regexp cosign-key ipfs-address verify",
    ),
    (&[Client::Nerdctl], &[Place::Pull], Takes::Value, "soci-index-digest unpack"),
    (&[Client::Nerdctl], &[Place::Pull], FLAG, "all-platforms"),
    (
        &[Client::Nerdctl],
        EVERY_PLACE,
        Takes::Value,
        "address bridge-ip cdi-spec-dirs cgroup-manager cni-netconfpath cni-path data-root global-dns global-dns-opts \
         global-dns-search host host-gateway-ip hosts-dir namespace snapshotter storage-driver userns-remap",
    ),
    (&[Client::Nerdctl], EVERY_PLACE, FLAG, "debug debug-full experimental insecure-registry kube-hide-dupe selinux-enabled"),
    (&[Client::Nerdctl], &[Place::Before], Takes::Value, "H a n"),
];

/// The same, to look options up.
static OPTIONS: LazyLock<BTreeMap<(Client, Place, &'static str), Takes>> = LazyLock::new(|| {
    let mut options = BTreeMap::new();
    for (clients, places, takes, names) in TABLE {
        for (client, place) in clients.iter().flat_map(|client| places.iter().map(|place| (*client, *place))) {
            options.extend(names.split(' ').map(|name| ((client, place, name), *takes)));
        }
    }
    options
});

/// What `word` is at this place, if it is read as an option at all. What follows an expansion in it cannot matter: it is a value.
pub(super) fn read<'w>(client: Client, place: Place, word: &'w Word<'_>) -> Reading<'w> {
    let text = word.literal.as_ref();
    let takes = |name: &'w str| OPTIONS.get(&(client, place, name)).copied();
    let Some(rest) = text.strip_prefix('-').filter(|rest| !rest.is_empty() || word.expands) else { return Reading::Word };
    let Some(long) = rest.strip_prefix('-') else { return letters(text, word.expands, takes) };
    if long.is_empty() && !word.expands {
        return Reading::End;
    }
    if let Some((name, value)) = long.split_once('=') {
        let effect = match takes(name) {
            Some(Takes::Nothing(effect)) if !is_false(value) => effect,
            _ => Effect::None,
        };
        return Reading::Option { takes_next: false, effect };
    }
    match takes(long) {
        // `--$name`: whatever that becomes.
        _ if word.expands => Reading::Unknown(text),
        Some(Takes::Value) => Reading::Option { takes_next: true, effect: Effect::None },
        Some(Takes::Nothing(effect)) => Reading::Option { takes_next: false, effect },
        None => Reading::Unknown(text),
    }
}

/// `-it`, `-v a:b`, `-va:b`, `-v=a:b`, `-itv a:b`.
fn letters<'w>(text: &'w str, goes_on: bool, takes: impl Fn(&'w str) -> Option<Takes>) -> Reading<'w> {
    let mut all = Effect::None;
    for (at, letter) in text.char_indices().skip(1) {
        let behind = &text[at + letter.len_utf8()..];
        let value = behind.strip_prefix('=').filter(|value| !value.is_empty());
        match takes(&text[at..at + letter.len_utf8()]) {
            Some(Takes::Value) => return Reading::Option { takes_next: behind.is_empty() && !goes_on, effect: all },
            Some(Takes::Nothing(_)) if value.is_some_and(is_false) => return Reading::Option { takes_next: false, effect: all },
            Some(Takes::Nothing(effect)) if effect != Effect::None => all = effect,
            Some(Takes::Nothing(_)) => {}
            None => return Reading::Unknown(text),
        }
        if value.is_some() {
            return Reading::Option { takes_next: false, effect: all };
        }
    }
    if goes_on { Reading::Unknown(text) } else { Reading::Option { takes_next: false, effect: all } }
}

/// As Go's `strconv.ParseBool` has it.
fn is_false(value: &str) -> bool {
    matches!(value, "0" | "f" | "F" | "false" | "FALSE" | "False")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_option_both_takes_a_value_and_takes_none() {
        for (clients, places, takes, names) in TABLE {
            for key in
                clients.iter().flat_map(|client| places.iter().flat_map(|place| names.split(' ').map(|name| (*client, *place, name))))
            {
                assert!(OPTIONS[&key] == *takes, "{key:?} is said twice, and differently");
            }
        }
    }

    #[test]
    fn every_name_is_one() {
        for name in TABLE.iter().flat_map(|(.., names)| names.split(' ')) {
            assert!(!name.is_empty() && !name.starts_with('-') && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'), "{name:?}");
        }
    }
}
