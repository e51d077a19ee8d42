/** What is printed for whoever asks how to ask, and thrown at whoever typed something wrong. */

/** What was typed is wrong. */
export class UsageError extends Error {}

/** Of everything but `scan` and `trust`, which have their own. */
export const usage = `pullproof finds out what a container image reference names: it fetches the bytes, hashes them
on this machine, and prints the reference that can never name anything else.

Usage:
  pullproof check REF [options]         look at one image
  pullproof pin FILE... [options]       put digests behind the tags in files
  pullproof drift [FILE...] [options]   find out which tags have moved since
  pullproof scan REF SOURCE [options]   list what is known to be vulnerable in one image
                                        (pullproof scan --help)
  pullproof trust inspect NAME          all that is signed in Docker Content Trust
  pullproof trust migrate NAME...       leave it with what is signed there (pullproof trust --help)

FILE is a file, a directory, a glob in quotes, or - for standard input. In directories these are
looked for: Dockerfiles, Compose files, Kubernetes objects, kustomizations, Helm values, GitHub
workflows and shell scripts.

SOURCE says where advisories are from, exactly one of
  --shards DIR     files that cargo xtask shards made: nobody is told what is installed
  --osv            ask api.osv.dev, which is told the names and versions of all packages
check, pin and drift need one where the policy asks what is known to be vulnerable.

Options:
  --platform P     the platform to go to, such as linux/arm64/v8 (check: linux/amd64 unless told
                   otherwise; pin: all of them, unless one is asked for)
  --policy FILE    accept or reject by the rules in this JSON file; without one the verdict
                   is never 'accept'. Only what it accepts is pinned
  --key FILE       check: accept what is signed with this public key, such as cosign.pub
  --issuer URL     check: accept what is signed by whom this issuer knows as the subject
  --subject NAME   check: that subject, exactly; --subject-pattern takes * (no slash) and **
  --trusted-root FILE
                   check: trust this instance of Sigstore (trusted_root.json) instead of the
                   public-good one; with --key, the signature has to be in its log, too
  --root-key, --root-cert, --ca, --tofu, --server, --fall-back
                   check: accept what is signed in Docker Content Trust; see pullproof trust --help
  --attachments    check: list what is attached to the image, and say who signed it
  --vex FILE       put what this OpenVEX document says beside the findings of --shards or --osv
  --shards-signed-by FILE, --max-age DAYS, --kev FILE
                   what else is wanted of advisories; see pullproof scan --help
  --write          pin: write the digests into the files, and into the lock what is known of them
  --check          pin: ask nobody, and fail if a file names an image without a digest
  --diff           pin: print what changes, which is what it does unless told otherwise
  --kind K         read the files as this: reference, command, dockerfile, compose, kubernetes,
                   kustomization, helm-values or github-actions
  --lock FILE      pin --write: the lock (default: pullproof.lock)
  --no-lock        pin --write: write no lock
  --relay URL      ask this relay when the registry gives no answer; it need not be trusted
                   and gets no credentials
  --no-refresh     take the trusted roots of Sigstore that came with this version, and ask no
                   repository for newer ones, which is done at most once a day
  --at TIME        check for this time instead of now, as 2026-01-31T12:00:00Z
  --json           print the answer as JSON (described by report, pin, drift and scan.schema.json)
  --no-color       print no colours; so does the environment variable NO_COLOR
  --help, -h       print this
  --version        print the version

Examples:
  pullproof check nginx:1.27
  pullproof check ghcr.io/org/app:2.1 --platform linux/arm64 --policy policy.json
  pullproof check ghcr.io/org/app:2.1 --policy policy.json --shards advisories
  pullproof check ghcr.io/org/app:2.1 --key cosign.pub
  pullproof check alpine --json | jq --raw-output .pinned
  pullproof scan nginx:1.27 --shards advisories --fail-on high --only-fixable
  pullproof scan ghcr.io/org/app:2.1 --osv --packages sbom --attested-by cosign.pub
  pullproof pin compose.yaml Dockerfile --write
  pullproof pin . --check
  pullproof drift

Exit codes:
  0  accepted; all is pinned; no tag has moved; nothing was found that --fail-on denies
  1  rejected; something is denied; --check found something to pin; a tag has moved
  2  the command line, the policy or the lock is wrong
  3  something could not be found out or done      130  interrupted

What was seen of trusted roots and of Docker Content Trust is kept in $PULLPROOF_STATE, else in
$XDG_STATE_HOME/pullproof or ~/.local/state/pullproof. It can be deleted; then nothing protects from
an older one.

Registry credentials are those of docker login: config.json in $DOCKER_CONFIG or ~/.docker, and the
credential helpers it names.
`;

export const scanUsage = `pullproof scan lists what is known to be vulnerable in one image: every layer is fetched and proven
by its digest, its packages are listed (dpkg, apk, rpm, npm, Python, Go programs) and compared with
advisories.

Usage:
  pullproof scan REF SOURCE [options]

SOURCE says where advisories are from, exactly one of
  --shards DIR     files that cargo xtask shards made: nobody is told what is installed
  --osv            ask api.osv.dev, which is told the names and versions of all packages

Advisories:
  --shards-signed-by FILE
                   use only shards whose index is signed with this public key
  --shards-issuer URL, --shards-subject NAME, --shards-subject-pattern P, --shards-trusted-root FILE
                   the same, signed by whom this issuer knows as the subject
  --max-age DAYS   how old they may be, to have looked at everything (default: 5)
  --kev FILE       CISA's catalogue of known exploited vulnerabilities, as JSON

List of packages, read from the layers unless told otherwise:
  --packages sbom  take it from what is attached to the image, and download no layer. Without any
                   of the following it is BuildKit's, which nobody signs, so that nothing is ever
                   accepted by it
  --sbom FILE      take it from this file (SPDX or CycloneDX)
  --attested-by FILE
                   believe what is attested with this public key: lists of packages, and what they
                   say of vulnerabilities; so do --issuer and --subject (or --subject-pattern)
                   with whom they name, and --trusted-root and --no-refresh as for a check

Rule:
  --fail-on LEVEL  deny what is negligible, low, medium, high or critical, and what is worse
  --only-fixable   deny only what has a fix
  --ignore ID=REASON[@UNTIL]
                   leave out this vulnerability, until that day; may be given again
  --ignore FILE    the same from a file: [{ "id": …, "reason": …, "until": … }]
  --vex FILE       put what this OpenVEX document says beside the findings: what is not affected
                   is not denied

Output:
  --json           print the scan as JSON (scan.schema.json)
  --sarif FILE     write SARIF 2.1.0, for code scanning; - prints it
  --cyclonedx FILE write a bill of materials with all packages and the findings, CycloneDX 1.6;
                   - prints it
  --no-color       print no colours; so does the environment variable NO_COLOR

Options:
  --platform P     the platform to go to, such as linux/arm64/v8 (default: linux/amd64)
  --relay URL      ask this relay when the registry gives no answer
  --at TIME        scan for this time instead of now, as 2026-01-31T12:00:00Z

Examples:
  pullproof scan nginx:1.27 --osv
  pullproof scan nginx:1.27 --shards advisories --fail-on high --only-fixable
  pullproof scan ghcr.io/org/app:2.1 --shards advisories --sarif app.sarif --cyclonedx app.cdx.json
  pullproof scan ghcr.io/org/app:2.1 --shards advisories --fail-on high \\
    --ignore 'CVE-2019-8457=not reachable@2027-01-01'

Exit codes:
  0  everything was looked at, and nothing is denied
  1  something is denied
  2  the command line is wrong
  3  not everything could be looked at: the image or the advisories could not be had, or are of
     a distribution whose advisories are not known; nobody signed the list of packages; or a
     file could not be written
  130  interrupted
What is found is no failure by itself: --fail-on says what is.
`;

export const trustUsage = `pullproof trust reads what publishers signed in Docker Content Trust (Notary v1), and
helps to leave it.

Usage:
  pullproof trust inspect NAME[:TAG][@DIGEST] ANCHOR [options]
      keys, roles, every signed tag and who signed it, and what of it expires first; with a tag or a
      digest, whether that is signed
  pullproof trust migrate NAME... ANCHOR [SUCCESSOR] [options]
      a lock of all that is signed, a policy that accepts it and what the successor signs from now
      on, and scripts that sign it anew with cosign or notation; written by --write only

NAME is read as Docker reads it: alpine is docker.io/library/alpine.

ANCHOR says whose word is believed, exactly one of
  --root-key ID     the root key with this canonical ID, as docker trust inspect shows it, or the
                    file of the public key: renewed certificates make no difference
  --root-cert ID    the root certificate with this key ID, or its file
  --ca FILE         whatever this authority issues root certificates to: PEM, from the issuer to
                    whom is trusted
  --tofu            whichever root was seen first. Nobody vouches for it, so it is worth as much as
                    the memory of it, which is kept where trusted roots are, or in --store

SUCCESSOR says whose signatures count from now on. Without one only what is signed today does
  --key FILE        who has the private key of this one: cosign.pub
  --issuer URL      who is known to this issuer
  --subject NAME    as this subject; --subject-pattern takes * (no slash) and **
  --keep-content-trust
                    Docker Content Trust as well, as long as it is valid and its server answers

Options:
  --server URL      the trust server (default: $DOCKER_CONTENT_TRUST_SERVER, else the registry's)
  --fall-back       go on without a delegated role that expired or that too few signed
  --store DIR       keep here what was seen: who was further is not led back behind it
  --at TIME         inspect: look at an archive in its own time, which proves nothing of the
                    present; with --store, go by another clock
  --out DIR         migrate: where files are written (default: this folder)
  --write           migrate: write policy.json, pullproof.lock, sign-with-cosign.sh and
                    sign-with-notation.sh; none that is there is replaced
  --overwrite       migrate: replace them; a lock is added to
  --relay URL       ask this relay when a server gives no answer
  --json            print the answer as JSON
  --no-color        print no colours; so does the environment variable NO_COLOR

Examples:
  pullproof trust inspect registry.example/team/app --root-key 9ec8cc45...
  pullproof trust inspect alpine --root-key c1516466... --at 2020-10-01T00:00:00Z
  pullproof trust migrate registry.example/team/app --root-key 9ec8cc45... --key cosign.pub --write

Exit codes:
  0  verified, or an archive; all that is signed was migrated
  1  trust data must not be believed, or is not there
  2  the command line is wrong
  3  something could not be found out or done      130  interrupted
`;
