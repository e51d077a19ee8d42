//! Command lines and shell scripts: which word the client would take as the image, and which it would not.

use pullproof::pin::Kind;

use crate::support;

const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A text and everything that is seen in it: place, what stands there, what it is.
type Case<'c> = (&'c str, &'c [&'c str]);

fn seen(text: &str) -> Vec<String> {
    support::seen(text, Kind::Command)
}

fn pinned(text: &str) -> String {
    support::pinned(text, Kind::Command)
}

#[track_caller]
fn assert_seen(cases: &[Case<'_>]) {
    for (text, expected) in cases {
        assert_eq!(seen(text), *expected, "in {text:?}");
    }
}

/// Each of `texts` runs `nginx:1.27` and nothing else.
#[track_caller]
fn assert_nginx(texts: &[&str]) {
    for text in texts {
        let expected = text.replacen("nginx:1.27", "nginx:1.27@<docker.io/library/nginx:1.27>", 1);
        assert_eq!(pinned(text), expected, "in {text:?}");
        assert_eq!(seen(text).len(), 1, "in {text:?}: {:?}", seen(text));
    }
}

#[track_caller]
fn assert_nothing(texts: &[&str]) {
    for text in texts {
        assert_eq!(seen(text), [""; 0], "in {text:?}");
    }
}

// ---- Clients and their commands ---------------------------------------------------------------------------------------------------

#[test]
fn every_client_runs_creates_and_pulls_images() {
    for client in ["docker", "podman", "nerdctl"] {
        for (command, verb) in [
            ("run", "run"),
            ("create", "create"),
            ("pull", "pull"),
            ("container run", "run"),
            ("container create", "create"),
            ("image pull", "pull"),
        ] {
            let text = format!("{client} {command} nginx:1.27\n");
            assert_eq!(seen(&text), [format!("{client} {verb}: nginx:1.27 → unpinned docker.io/library/nginx:1.27")]);
        }
    }
}

#[test]
fn other_commands_of_the_clients_name_no_images() {
    assert_nothing(&[
        "docker compose up",
        "docker compose run web",
        "docker compose -f a.yml pull",
        "docker exec -it web sh",
        "docker ps -a; docker images nginx; docker rmi nginx:1.27; docker push nginx:1.27",
        "docker build -t app:1 .",
        "docker volume create data && docker network create net",
        "docker container pull nginx",
        "docker image run nginx",
        "docker-compose run web",
        "podman-compose pull",
        "echo docker run nginx",
        "apt-get install docker run nginx",
        "which docker; command -v docker",
        "FROM nginx",
        "",
        "\u{feff}",
    ]);
}

#[test]
fn gh_aw_run_lines_with_floating_tags_are_pinned() {
    assert_eq!(
        pinned("docker run -i --rm -e GITHUB_TOKEN ghcr.io/github/github-mcp-server\n"),
        "docker run -i --rm -e GITHUB_TOKEN ghcr.io/github/github-mcp-server:latest@<ghcr.io/github/github-mcp-server:latest>\n"
    );
}

#[test]
fn what_stands_in_front_of_the_client_is_no_command_of_its_own() {
    assert_nginx(&[
        "/usr/bin/docker run nginx:1.27",
        "sudo docker run nginx:1.27",
        "sudo -E docker run nginx:1.27",
        "sudo -u docker docker run nginx:1.27",
        "sudo -Eu root -- docker run nginx:1.27",
        "FOO=bar docker run nginx:1.27",
        "FOO='a b' BAR=$(date) docker run nginx:1.27",
        "env A=b docker run nginx:1.27",
        "env -i -u X A=b docker run nginx:1.27",
        "time docker run nginx:1.27",
        "time -p nohup nice -n 5 docker run nginx:1.27",
        "timeout -k 5 60 docker run nginx:1.27",
        "exec docker run nginx:1.27",
        "! docker run nginx:1.27",
        "$SUDO docker run nginx:1.27",
        "ssh -p 22 user@host docker run nginx:1.27",
        "winpty docker.exe run nginx:1.27",
        "xargs -n 1 docker run nginx:1.27",
        "\u{feff}docker run nginx:1.27",
    ]);
}

#[test]
fn a_client_in_a_variable_is_one_by_its_name() {
    assert_seen(&[
        ("$DOCKER run nginx", &["docker run: nginx → unpinned docker.io/library/nginx:latest"]),
        ("${CONTAINER_ENGINE:-podman} pull nginx", &["podman pull: nginx → unpinned docker.io/library/nginx:latest"]),
        ("\"$NERDCTL\" create nginx", &["nerdctl create: nginx → unpinned docker.io/library/nginx:latest"]),
        ("$DOCKER_COMPOSE run nginx", &[]),
        ("$NPM run nginx", &[]),
    ]);
}

#[test]
fn options_in_front_of_the_command_may_have_values() {
    assert_nginx(&[
        "docker --context x run nginx:1.27",
        "docker -H tcp://run:1 --tlsverify -D run nginx:1.27",
        "docker --config=run -l debug run nginx:1.27",
        "podman --root /run --remote run nginx:1.27",
        "podman -c pull run nginx:1.27",
        "nerdctl -n k8s.io --debug run nginx:1.27",
        "nerdctl --namespace run run nginx:1.27",
    ]);
}

// ---- Options ----------------------------------------------------------------------------------------------------------------------

#[test]
fn the_image_is_the_first_word_that_is_no_option_and_no_options_value() {
    assert_nginx(&[
        "docker run -v a:b -e X=y --name n nginx:1.27",
        "docker run -va:b nginx:1.27 redis:7",
        "docker run -v=a:b nginx:1.27 redis:7",
        "docker run -itv a:b nginx:1.27 redis:7",
        "docker run -itva:b nginx:1.27 redis:7",
        "docker run -dit=false nginx:1.27",
        "docker run --name=n --rm=false nginx:1.27 --name redis:7",
        "docker run --publish 80:80 --mount type=bind,src=/a,dst=/b nginx:1.27 sh -c 'docker run redis:7'",
        "docker run --name '' nginx:1.27",
        "docker run --entrypoint \"\" nginx:1.27",
        "docker run -e \"$A\" -v \"$PWD\":/work -w $(pwd) -u `id -u` nginx:1.27",
        "docker run -v \"$(docker-machine ip || echo \"a b\")\":/x nginx:1.27",
        "docker run --gpus all --net host --dns-opt a nginx:1.27",
        "docker run -- nginx:1.27",
        "docker run --rm -- nginx:1.27 -- redis:7",
        "docker run -P -c 5 --use-api-socket nginx:1.27",
        "podman run --pod new:p --tls-verify=false --replace -h name nginx:1.27",
        "podman run --log-level debug --secret s nginx:1.27",
        "nerdctl run --cosign-key k --verify cosign --snapshotter stargz nginx:1.27",
        "docker pull --platform linux/arm64 nginx:1.27",
        "docker pull nginx:1.27 -q --platform linux/arm64",
        "nerdctl pull --unpack false --all-platforms nginx:1.27",
        "docker run --future=x nginx:1.27",
    ]);
}

#[test]
fn a_boolean_option_takes_no_word() {
    // So says Docker, too: it looks for an image called `true`.
    assert_seen(&[("docker run --rm true nginx", &["docker run: true → unpinned docker.io/library/true:latest"])]);
}

#[test]
fn behind_an_option_that_nobody_knows_nothing_is_pinned() {
    assert_seen(&[
        ("docker run --future nginx:1.27", &["docker run: nginx:1.27 → option-unknown"]),
        ("docker run -Z nginx:1.27", &["docker run: nginx:1.27 → option-unknown"]),
        ("docker run -itZ nginx:1.27", &["docker run: nginx:1.27 → option-unknown"]),
        ("docker run ---rm nginx:1.27", &["docker run: nginx:1.27 → option-unknown"]),
        // A value that can be no image is one.
        ("docker run --future A=b nginx:1.27", &["docker run: nginx:1.27 → option-unknown"]),
        ("docker run --future A=b", &["docker run: A=b → option-unknown"]),
        ("docker --future run nginx:1.27", &["docker run: nginx:1.27 → option-unknown"]),
        ("docker --future value run nginx:1.27", &["docker run: nginx:1.27 → option-unknown"]),
        ("docker pull --future nginx redis", &["docker pull: nginx → option-unknown", "docker pull: redis → option-unknown"]),
        // Known to one client is not known to all.
        ("docker run --pod p nginx", &["docker run: p → option-unknown"]),
        ("nerdctl run -c 5 nginx", &["nerdctl run: 5 → option-unknown"]),
        ("nerdctl pull -a nginx", &["nerdctl pull: nginx → option-unknown"]),
        ("docker run --rm$x nginx", &["docker run: nginx → option-unknown"]),
        ("docker run -it$x nginx", &["docker run: nginx → option-unknown"]),
        ("docker run --$flag nginx", &["docker run: nginx → option-unknown"]),
    ]);
}

#[test]
fn the_unknown_option_is_named_and_cut() {
    let found = pullproof::pin::find(&format!("docker run --{} nginx", "z".repeat(1 << 16)), Kind::Command).unwrap();
    let pullproof::pin::Found::LeftAlone(why) = &found[0].found else { panic!("{found:?}") };
    assert!(why.to_string().contains("`--zzz") && why.to_string().len() < 300, "{why}");
}

#[test]
fn all_tags_are_no_image() {
    assert_seen(&[
        ("docker pull -a nginx", &["docker pull: nginx → all-tags"]),
        ("docker pull nginx --all-tags", &["docker pull: nginx → all-tags"]),
        ("podman pull -qa quay.io/a/b", &["podman pull: quay.io/a/b → all-tags"]),
        ("docker pull --all-tags=false nginx", &["docker pull: nginx → unpinned docker.io/library/nginx:latest"]),
        ("docker pull --all-tags=0 -q=F nginx", &["docker pull: nginx → unpinned docker.io/library/nginx:latest"]),
        ("docker pull -a=false nginx", &["docker pull: nginx → unpinned docker.io/library/nginx:latest"]),
        // Behind `run` it is `--attach`.
        ("docker run -a stdout nginx", &["docker run: nginx → unpinned docker.io/library/nginx:latest"]),
    ]);
}

#[test]
fn several_images_are_pulled_at_once() {
    assert_eq!(
        pinned("podman pull -q nginx:1.27 'redis:7' quay.io/a/b"),
        "podman pull -q nginx:1.27@<docker.io/library/nginx:1.27> 'redis:7@<docker.io/library/redis:7>' quay.io/a/b:latest@<quay.io/a/b:latest>"
    );
}

// ---- What stands for the image ----------------------------------------------------------------------------------------------------

#[test]
fn what_has_a_digest_is_pinned() {
    let text = format!("docker run nginx@{DIGEST}; docker pull nginx:1.27@{DIGEST}");
    assert_eq!(
        seen(&text),
        [
            format!("docker run: nginx@{DIGEST} → pinned docker.io/library/nginx@{DIGEST}"),
            format!("docker pull: nginx:1.27@{DIGEST} → pinned docker.io/library/nginx:1.27@{DIGEST}"),
        ]
    );
}

#[test]
fn what_is_no_reference_is_left_alone() {
    assert_seen(&[
        ("docker run Nginx", &["docker run: Nginx → reference-invalid"]),
        ("docker run -", &["docker run: - → reference-invalid"]),
        ("docker run nginx:", &["docker run: nginx: → reference-invalid"]),
        ("docker run nginx@sha256:", &["docker run: nginx@sha256: → reference-invalid"]),
        ("docker run docker://nginx", &["docker run: docker://nginx → reference-invalid"]),
        ("docker pull nginx:{1.26,1.27}", &["docker pull: nginx:{1.26,1.27} → reference-invalid"]),
        ("docker run ''", &["docker run:  → empty"]),
        ("docker run --rm", &["docker run:  → empty"]),
        ("nginx | xargs docker pull", &["docker pull:  → expression"]),
        ("docker run nginx\0", &["docker run: nginx\0 → reference-invalid"]),
        ("docker run nginx\r-v x", &["docker run: nginx\r-v → reference-invalid"]),
        ("docker run nginx\u{a0}x", &["docker run: nginx\u{a0}x → reference-invalid"]),
    ]);
    let id = &DIGEST["sha256:".len()..];
    assert_eq!(seen(&format!("docker run {id}")), [format!("docker run: {id} → reference-invalid")]);
    assert_eq!(seen(&format!("docker run {DIGEST}")), [format!("docker run: {DIGEST} → reference-invalid")]);
}

#[test]
fn podman_takes_images_from_elsewhere_than_registries() {
    for text in [
        "podman run docker-archive:/tmp/a.tar",
        "podman run oci:/tmp/a:1",
        "podman pull oci-archive:a.tar",
        "podman pull dir:a",
        "podman run containers-storage:nginx",
        "podman pull docker-daemon:nginx:1.27",
        "podman run localhost/app:1",
        "podman run --rootfs /srv/root",
        "nerdctl run --rootfs=true ./root sh",
        "nerdctl create oci-archive:///tmp/a.tar",
    ] {
        let found = seen(text);
        assert!(found.len() == 1 && found[0].ends_with("→ local"), "in {text:?}: {found:?}");
    }
    assert_seen(&[
        ("podman run docker:27", &["podman run: docker:27 → unpinned docker.io/library/docker:27"]),
        ("podman run --rootfs=false nginx", &["podman run: nginx → unpinned docker.io/library/nginx:latest"]),
        ("podman run localhost:5000/app", &["podman run: localhost:5000/app → unpinned localhost:5000/app:latest"]),
        ("docker run oci:1.27", &["docker run: oci:1.27 → unpinned docker.io/library/oci:1.27"]),
    ]);
}

#[test]
fn podman_takes_no_tag_and_digest_behind_a_transport() {
    let pinned = format!("podman pull docker://nginx@{DIGEST}");
    let both = format!("podman pull docker://nginx:1.27@{DIGEST}");
    assert_seen(&[
        ("podman pull docker://nginx:1.27", &["podman pull: nginx:1.27 → transport"]),
        ("podman pull docker://quay.io/a/b", &["podman pull: quay.io/a/b → transport"]),
        (&pinned, &[&format!("podman pull: nginx@{DIGEST} → pinned docker.io/library/nginx@{DIGEST}")]),
        (&both, &[&format!("podman pull: nginx:1.27@{DIGEST} → transport")]),
    ]);
}

#[test]
fn quotes_around_the_image_stay() {
    assert_nginx(&[
        "docker run \"nginx:1.27\" sh",
        "docker run 'nginx:1.27' sh",
        "docker run\t'nginx:1.27'",
        "docker 'run' --rm \"nginx:1.27\"",
    ]);
}

#[test]
fn what_is_quoted_in_part_or_escaped_is_left_alone() {
    assert_seen(&[
        ("docker run \"nginx\":1.27", &["docker run: \"nginx\":1.27 → style"]),
        ("docker run nginx:'1.27'", &["docker run: nginx:'1.27' → style"]),
        ("docker run \"nginx\"\"\"", &["docker run: \"nginx\"\"\" → style"]),
        ("docker run nginx\\:1.27", &["docker run: nginx\\:1.27 → style"]),
        ("docker run \"ngi\\\nnx\"", &["docker run: \"ngi\\\nnx\" → style"]),
        ("docker run ngi\\\nnx", &["docker run: ngi\\\nnx → style"]),
        ("docker run $'nginx'", &["docker run: $'nginx' → style"]),
        ("docker run $\"nginx\"", &["docker run: $\"nginx\" → style"]),
    ]);
}

#[test]
fn what_a_command_writes_is_left_alone_and_the_command_is_read() {
    assert_seen(&[
        ("docker run $(get image)", &["docker run: $(get image) → expression"]),
        ("docker run \"nginx:$(cat tag)\"", &["docker run: nginx:$(cat tag) → expression"]),
        ("docker run `get image`", &["docker run: `get image` → expression"]),
        (
            "docker run $(docker create nginx)",
            &["docker run: $(docker create nginx) → expression", "docker create: nginx → unpinned docker.io/library/nginx:latest"],
        ),
        ("docker run nginx:$((1 + 2))", &["docker run: nginx:$((1 + 2)) → expression"]),
    ]);
}

// ---- Variables --------------------------------------------------------------------------------------------------------------------

#[test]
fn a_variable_that_nobody_sets_here_is_left_alone() {
    assert_seen(&[
        ("docker run $IMAGE", &["docker run: $IMAGE → variable"]),
        ("docker run \"${IMAGE}\" sh", &["docker run: ${IMAGE} → variable"]),
        ("docker run nginx:$TAG", &["docker run: nginx:$TAG → variable"]),
        ("docker run ${IMAGE:?}", &["docker run: ${IMAGE:?} → variable"]),
        ("docker run '$IMAGE'", &["docker run: $IMAGE → reference-invalid"]),
        ("docker run \\$IMAGE", &["docker run: \\$IMAGE → style"]),
        ("docker run ${IMAGE%:*}", &["docker run: ${IMAGE%:*} → expression"]),
        ("docker run $1", &["docker run: $1 → expression"]),
        // An assignment in front of a command is for what the command sees, not for its words.
        ("IMAGE=nginx docker run $IMAGE", &["docker run: $IMAGE → variable"]),
    ]);
}

#[test]
fn a_default_is_pinned_where_it_stands() {
    assert_eq!(
        pinned("docker run \"${IMAGE:-nginx:1.27}\"; docker pull ${1:-redis:7} ${X-busybox}"),
        "docker run \"${IMAGE:-nginx:1.27@<docker.io/library/nginx:1.27>}\"; docker pull ${1:-redis:7@<docker.io/library/redis:7>} \
         ${X-busybox:latest@<docker.io/library/busybox:latest>}"
    );
}

#[test]
fn a_variable_that_is_set_once_is_pinned_where_it_is_set() {
    for set in [
        "IMAGE=nginx:1.27\n",
        "IMAGE=\"nginx:1.27\"\n",
        "IMAGE='nginx:1.27'; ",
        "export IMAGE=nginx:1.27\n",
        "readonly A=b IMAGE=nginx:1.27\n",
        "declare -r IMAGE=nginx:1.27\n",
        "IMAGE=${IMAGE:-nginx:1.27}\n",
        "IMAGE=\"${1:-nginx:1.27}\"\n",
        ": ${IMAGE:=nginx:1.27}\n",
        ": \"${IMAGE=nginx:1.27}\"\n",
        "[ -n \"$IMAGE\" ] || IMAGE=nginx:1.27\n",
        "N=nginx; IMAGE=nginx:1.27\n",
    ] {
        for used in ["$IMAGE", "${IMAGE}", "\"$IMAGE\" sh"] {
            let text = format!("{set}docker run -d {used}\n");
            assert_eq!(pinned(&text), text.replace("nginx:1.27", "nginx:1.27@<docker.io/library/nginx:1.27>"), "in {text:?}");
        }
    }
}

#[test]
fn a_piece_of_a_name_gets_no_digest() {
    assert_eq!(
        pinned("TAG=1.27\ndocker run nginx:$TAG\ndocker run \"redis:${TAG}\" sh\n"),
        "TAG=1.27\ndocker run nginx:$TAG@<docker.io/library/nginx:1.27>\ndocker run \"redis:${TAG}@<docker.io/library/redis:1.27>\" sh\n"
    );
    assert_seen(&[(
        "IMAGE=nginx\ndocker run $IMAGE\ndocker run $IMAGE:alpine\n",
        &["docker run: $IMAGE → shared-variable", "docker run: $IMAGE:alpine → unpinned docker.io/library/nginx:alpine"],
    )]);
}

#[test]
fn a_variable_that_is_used_as_a_piece_elsewhere_gets_no_digest() {
    for elsewhere in ["docker save -o $IMAGE.tar", "echo ${IMAGE%:*}", "NAME=$IMAGE-slim", "echo \"${IMAGE}_x\""] {
        let text = format!("IMAGE=nginx:1.27\ndocker run $IMAGE\n{elsewhere}\n");
        assert_eq!(seen(&text), ["docker run: $IMAGE → shared-variable"], "in {text:?}");
    }
    for elsewhere in
        ["echo \"Starting $IMAGE...\"", "docker rmi $IMAGE", "docker inspect \"${IMAGE}\"", "echo ${IMAGE:-none}", "A=$IMAGES-x"]
    {
        let text = format!("IMAGE=nginx:1.27\ndocker run $IMAGE\n{elsewhere}\n");
        assert_eq!(seen(&text), ["docker run: $IMAGE → unpinned docker.io/library/nginx:1.27"], "in {text:?}");
    }
}

#[test]
fn a_variable_of_which_the_value_is_not_sure_is_left_alone() {
    for set in [
        "IMAGE=a; IMAGE=b",
        "IMAGE=a; IMAGE+=b",
        "IMAGE=a; read -r IMAGE",
        "IMAGE=a; unset IMAGE",
        "IMAGE=$(get)",
        "IMAGE=`get`",
        "IMAGE='$a'",
        "IMAGE=a\\ b",
        "IMAGE=\"a\"b",
        "IMAGE=(a b)",
        "IMAGE[0]=a",
        "(IMAGE=a)",
        "x=$(IMAGE=a)",
        "for IMAGE in a b; do :; done",
        "sh -c 'IMAGE=a; true'",
        "IMAGE=$TAG; TAG=a",
        "IMAGE=$IMAGE",
        "echo IMAGE=a",
    ] {
        let text = format!("{set}\ndocker run $IMAGE\n");
        assert_eq!(seen(&text), ["docker run: $IMAGE → variable"], "in {text:?}");
    }
    assert_seen(&[
        ("docker run $IMAGE\nIMAGE=nginx\n", &["docker run: $IMAGE → variable"]),
        ("IMAGE=nginx\nssh host 'docker run $IMAGE sh'\n", &["docker run: $IMAGE → variable"]),
    ]);
}

#[test]
fn what_could_be_options_hides_the_image() {
    assert_seen(&[
        ("docker run $DOCKER_OPTS nginx", &["docker run: nginx → option-unknown"]),
        ("docker run \"${args[@]}\" nginx", &["docker run: nginx → option-unknown"]),
        ("docker run \"$@\" nginx", &["docker run: nginx → option-unknown"]),
        ("docker run ${TTY:+-t} nginx", &["docker run: nginx → option-unknown"]),
        ("docker run $TTY nginx:1.27", &["docker run: nginx:1.27 → option-unknown"]),
        ("docker $GLOBAL run nginx", &["docker run: nginx → option-unknown"]),
        ("docker run $IMAGE nginx:1.27", &["docker run: $IMAGE → variable"]),
        ("docker run \"$@\"", &["docker run: $@ → expression"]),
        ("docker run $ARGS", &["docker run: $ARGS → variable"]),
    ]);
}

#[test]
fn options_in_a_variable_that_is_set_once_are_read() {
    assert_nginx(&[
        "OPTS='--rm -it -v a:b'; docker run $OPTS nginx:1.27",
        "V=-v\ndocker run $V a:b nginx:1.27",
        "TTY=\ndocker run $TTY nginx:1.27",
    ]);
    assert_seen(&[
        ("OPTS='--rm --future'; docker run $OPTS nginx", &["docker run: nginx → option-unknown"]),
        ("OPTS=--rm; OPTS=-it; docker run $OPTS nginx", &["docker run: nginx → option-unknown"]),
        ("OPTS='-v $HOME:/x'; docker run $OPTS nginx", &["docker run: nginx → option-unknown"]),
    ]);
}

#[test]
fn what_is_built_here_is_no_image_of_a_registry() {
    assert_seen(&[
        ("docker build -t app:1 . && docker run app:1", &["docker run: app:1 → built"]),
        ("docker build -t app .\ndocker run --rm app:latest", &["docker run: app:latest → built"]),
        ("podman build --tag=app:1 .; podman create app:1", &["podman create: app:1 → built"]),
        ("docker buildx build -q -tapp:1 --load .; docker run app:1", &["docker run: app:1 → built"]),
        ("docker tag nginx:1.27 app:1; docker run app:1", &["docker run: app:1 → built"]),
        ("docker build -t $IMAGE . ; docker run \"$IMAGE\"", &["docker run: $IMAGE → built"]),
        ("docker build -t app:$(id) . ; docker run app:$(id)", &["docker run: app:$(id) → built"]),
        // A digest in the name of a result would break the build.
        (
            "IMAGE=app:1\ndocker pull $IMAGE || true\ndocker build -t $IMAGE .\ndocker run $IMAGE",
            &["docker pull: $IMAGE → built", "docker run: $IMAGE → built"],
        ),
        ("docker run app:1; docker build -t app:1 .", &["docker run: app:1 → unpinned docker.io/library/app:1"]),
        ("docker build -t app:1 .; docker pull app:1", &["docker pull: app:1 → unpinned docker.io/library/app:1"]),
        ("docker build -t app:1 .; docker run app:2", &["docker run: app:2 → unpinned docker.io/library/app:2"]),
    ]);
}

// ---- The shell --------------------------------------------------------------------------------------------------------------------

#[test]
fn every_command_of_a_script_is_read() {
    let found = seen(
        "docker run a; docker run b && docker run c || docker run d | docker run e & docker run f\n\
         (docker run g); { docker run h; }; if docker run i; then docker run j; elif ! docker run k; then :; else docker run l; fi\n\
         while docker run m; do docker run n; done; until docker run o; do :; done; for x in 1 2; do docker run p; done\n\
         case $x in a|b) docker run q ;; (c) docker run r;; *) docker run s; esac; f() { docker run t; }; function g { docker run u; }\n\
         x=$(docker run v) y=`docker run w`; echo \"$(docker run x \"$(docker run y)\")\" <(docker run z)\n",
    );
    let names: String =
        found.iter().filter_map(|found| found.strip_prefix("docker run: ")).filter_map(|rest| rest.chars().next()).collect();
    assert_eq!(names, "abcdefghijklmnopqrstuvwxyz");
    assert!(found.iter().all(|found| found.contains("→ unpinned")), "{found:?}");
}

#[test]
fn a_pattern_of_case_closes_no_parenthesis() {
    assert_nginx(&[
        "x=$(case $y in a) true;; esac); docker run nginx:1.27",
        "x=\"$(case y in (a|b) true;; esac)\"\ndocker run nginx:1.27",
        "x=$(case $y in a) docker run nginx:1.27;; esac)",
        "x=\"$(case y in a) true;; esac)\"; docker run nginx:1.27 -c \"docker run redis\"",
        "case $x in docker) run redis;; podman) docker run nginx:1.27 ;& esac",
    ]);
}

#[test]
fn two_parentheses_are_arithmetic_only_if_two_close_them() {
    assert_nginx(&["((docker run nginx:1.27) )", "((docker run nginx:1.27); true)", "x=$((docker pull -q nginx:1.27) | tail)"]);
    assert_nothing(&["((docker run nginx))", "x=$((docker run nginx))"]);
}

#[test]
fn continuation_lines_are_one_command() {
    assert_nginx(&[
        "docker run \\\n  -v a:b \\\n  nginx:1.27 \\\n  redis:7\n",
        "docker run \\\r\n  -v a:b \\\r\n  nginx:1.27\r\n",
        "docker \\\nrun nginx:1.27\\\n redis:7",
        "dock\\\ner run nginx:1.27",
        "docker run \\\n\\\n nginx:1.27",
    ]);
    assert_seen(&[
        // A backslash in front of a space is a word.
        ("docker run \\ \n  nginx\n", &["docker run: \\  → style"]),
        ("docker run \\\n\n  nginx\n", &["docker run:  → empty"]),
        ("docker run nginx\\", &["docker run: nginx\\ → style"]),
        ("docker run \\\n# comment\n nginx", &["docker run:  → empty"]),
    ]);
}

#[test]
fn line_ends_stay_as_they_are() {
    assert_nginx(&["docker run nginx:1.27\r\n", "docker run nginx:1.27\r", "docker run nginx:1.27 \r\necho\r\n", "docker run nginx:1.27"]);
}

#[test]
fn comments_name_nothing() {
    assert_nginx(&[
        "docker run nginx:1.27 # docker run redis\n",
        "#docker run redis\ndocker run nginx:1.27\n",
        "# docker run redis: it's better\ndocker run nginx:1.27\n",
        "docker run -l a#b nginx:1.27;#docker run redis",
        "docker run --label '#' nginx:1.27",
    ]);
    assert_nothing(&[
        "#!/bin/sh\n# docker run nginx\n",
        "\u{feff}#!/bin/bash\n\n# docker run nginx",
        "# see docker run nginx",
        "# install docker",
    ]);
}

#[test]
fn a_prompt_is_no_word() {
    assert_nginx(&[
        "$ docker run nginx:1.27",
        "  $ docker run nginx:1.27",
        "# docker run nginx:1.27",
        "# sudo docker run nginx:1.27",
        "# apt-get install it\n# docker run nginx:1.27",
        "> docker run nginx:1.27",
        "% docker run nginx:1.27",
        "user@host:~$ docker run nginx:1.27",
        "root@host:/# docker run nginx:1.27",
        "[user@host folder]$ docker run nginx:1.27",
        "(env) user@host folder % docker run nginx:1.27",
        "bash-5.2# docker run nginx:1.27",
        "C:\\>docker run nginx:1.27",
        "PS C:\\Users\\name> docker run nginx:1.27",
        "$ docker run \\\n> -v a:b \\\n> nginx:1.27",
    ]);
    // Without a prompt in front of the command it is a redirection.
    assert_seen(&[("docker run \\\n> nginx redis\n", &["docker run: redis → unpinned docker.io/library/redis:latest"])]);
}

#[test]
fn what_a_command_wrote_does_not_swallow_the_next() {
    assert_eq!(
        seen("$ docker run nginx\nIt's running; \"really\n$ docker pull redis\nCan't `find ${ it\n$ docker run busybox\n"),
        [
            "docker run: nginx → unpinned docker.io/library/nginx:latest",
            "docker pull: redis → unpinned docker.io/library/redis:latest",
            "docker run: busybox → unpinned docker.io/library/busybox:latest",
        ]
    );
}

#[test]
fn quoted_text_is_no_command() {
    assert_nothing(&[
        "echo \"; docker run nginx\"",
        "echo '\ndocker run nginx\n'",
        "echo \"\n  $ docker run nginx\n\"",
        "echo \\; docker run nginx",
        "echo $'it\\'s\ndocker run nginx\n'",
        "x='docker run nginx'",
        "echo ${x:-; docker run nginx}",
        "'if' docker run nginx; \\then docker run nginx",
    ]);
}

#[test]
fn bodies_of_heredocs_are_no_commands() {
    for heredoc in [
        "cat <<EOF\ndocker run a\nEOF\n",
        "cat <<'EOF' > file\ndocker run a it's\n EOF\nEOF\n",
        "cat <<-\"EOF\"\n\tdocker run a \"\n\tEOF\n",
        "cat <<\\EOF | sed s/a/b/\ndocker run a\nEOF\n",
        "cat <<A <<B\ndocker run a\nA\ndocker run b\nB\n",
        "x=$(cat <<EOF\ndocker run a\nEOF\n)\n",
        "cat <<EOF\r\ndocker run a\r\nEOF\r\n",
        "cat <<< \"docker run a\"\n",
        "echo $((1 << 2)) $(( x<<y ))\n",
        "((x << 2))\n",
    ] {
        assert_nginx(&[&format!("{heredoc}docker run nginx:1.27\n")]);
    }
    assert_nothing(&["cat <<EOF\ndocker run nginx\n", "cat <<EOF\ndocker run nginx\n EOF\nEOF "]);
    // The command itself is one, and what stands behind it on its line.
    assert_nginx(&["docker run -i nginx:1.27 <<EOF\ndocker run a\nEOF\n", "cat <<EOF && docker run nginx:1.27\ndocker run a\nEOF\n"]);
}

#[test]
fn what_a_shell_is_given_as_a_script_is_one() {
    assert_nginx(&[
        "sh -c 'docker run nginx:1.27'",
        "bash -euxc \"docker run nginx:1.27 sh\"",
        "sudo su - user -c 'cd /x && docker run nginx:1.27'",
        "ssh user@host \"docker pull nginx:1.27\"",
        "eval 'docker run nginx:1.27'",
        "alias n='docker run --rm nginx:1.27'",
        "trap \"docker run nginx:1.27\" EXIT",
        "bash <<EOF\ndocker run nginx:1.27\nEOF\n",
        "ssh -p 22 user@host <<EOF\ndocker run nginx:1.27\nEOF\n",
        "ssh host bash -s <<'EOF'\n  docker run nginx:1.27\nEOF\n",
    ]);
    assert_seen(&[("sh -c \"docker run \\\"nginx\\\"\"", &["docker run: \\\"nginx\\\" → style"])]);
    assert_nothing(&["bash script.sh <<EOF\ndocker run nginx\nEOF\n", "sh 'docker run nginx'", "echo -c 'docker run nginx'"]);
}

#[test]
fn redirections_are_no_words_of_the_command() {
    assert_nginx(&[
        "docker run 2>&1 nginx:1.27",
        "docker run >out nginx:1.27 > redis",
        "docker run &> out nginx:1.27",
        "docker run <in 2> /dev/null {fd}>&- nginx:1.27",
        "docker run nginx:1.27>out",
        "2>/dev/null docker run nginx:1.27",
        "> out docker run nginx:1.27",
    ]);
}

#[test]
fn a_list_of_words_is_a_command_over_several_lines() {
    assert_nginx(&["cmd=(docker run\n  --rm # it's\n  nginx:1.27\n)\n\"${cmd[@]}\"\n", "cmd+=(docker pull nginx:1.27)"]);
}

#[test]
fn code_in_markdown_is_read() {
    assert_nginx(&["```bash\ndocker run nginx:1.27\n```\n", "Start it with `docker run nginx:1.27` and wait.\n"]);
}

// ---- Hostile texts ----------------------------------------------------------------------------------------------------------------

#[test]
fn a_quote_that_is_never_closed_ends_with_its_line() {
    assert_seen(&[
        ("docker run \"nginx", &["docker run: \"nginx → style"]),
        ("docker run 'nginx", &["docker run: 'nginx → style"]),
        ("docker run ${nginx", &["docker run: ${nginx → style"]),
        ("docker run $(nginx", &["docker run: $( → expression"]),
        ("docker run `nginx", &["docker run: ` → expression"]),
        ("docker run \"a\ndocker run b", &["docker run: \"a → style", "docker run: b → unpinned docker.io/library/b:latest"]),
        ("docker run 'a b\ndocker run b", &["docker run: 'a → style", "docker run: b → unpinned docker.io/library/b:latest"]),
        ("x=${a\ndocker run b", &["docker run: b → unpinned docker.io/library/b:latest"]),
        ("echo $(( 1\ndocker run b", &["docker run: b → unpinned docker.io/library/b:latest"]),
        ("docker run $'a\\'\ndocker run b", &["docker run: $'a\\' → style", "docker run: b → unpinned docker.io/library/b:latest"]),
        ("docker run b)", &["docker run: b → unpinned docker.io/library/b:latest"]),
        ("docker run b }; esac; fi; done", &["docker run: b → unpinned docker.io/library/b:latest"]),
    ]);
}

#[test]
fn what_is_nested_too_deeply_is_said() {
    let deep = format!("docker run nginx\n{}docker run redis", "$(".repeat(100_000));
    let found = seen(&deep);
    assert_eq!(found, ["docker run: nginx → unpinned docker.io/library/nginx:latest", "$( … ):  → expression"]);
    let scripts = (0..8).fold("docker run a".to_owned(), |script, at| format!("bash <<E{at}\n{script}\nE{at}\n"));
    assert_eq!(seen(&scripts), ["$( … ):  → expression"]);
}

#[test]
fn long_texts_of_one_thing_are_read_to_the_end() {
    const LENGTH: usize = 1 << 17;
    for piece in [
        "-",
        "- ",
        "\\",
        "\"",
        "'",
        "`",
        "$'",
        "$(",
        "${",
        "\"${",
        "\"$(",
        "((",
        "(",
        ")",
        "<<",
        "<<A\n",
        "bash <<A\n",
        "case x in ",
        "a=(",
        ">",
        "$A",
        "a=$a\n",
        "$ \n",
        "x \"\n",
        "sh -c '",
        "\0",
        "\r",
        "é",
        "#",
        "sudo ",
        "{ ",
    ] {
        for text in [piece.repeat(LENGTH / piece.len()), format!("docker run {}", piece.repeat(LENGTH / piece.len()))] {
            let found = support::seen(&text, Kind::Command);
            assert!(found.len() < 4, "in {piece:?}: {} found", found.len());
        }
    }
}

#[test]
fn what_is_escaped_in_a_name_moves_no_span() {
    for backslashes in 0..9 {
        let name = format!("a[{}é]", "\\".repeat(backslashes));
        assert_nothing(&[
            &format!("alias {name}='docker run nginx'x"),
            &format!("{name}=nginx docker ps"),
            &format!("eval {name}=\"x y\""),
        ]);
    }
}

#[test]
fn too_many_images_are_refused() {
    for text in ["docker run nginx\n".repeat(10_001), format!("docker pull {}", "nginx ".repeat(10_001))] {
        assert_eq!(pullproof::pin::find(&text, Kind::Command).unwrap_err().code(), "too-many-references");
    }
}

#[test]
fn variables_of_variables_do_not_multiply() {
    let mut text = "g=x\n".to_owned();
    for (name, of) in [("f", "g"), ("e", "f"), ("d", "e"), ("c", "d"), ("b", "c"), ("a", "b")] {
        text.push_str(&[name, "=", &format!("${of}").repeat(1_000), "\n"].concat());
    }
    text += "docker run $a\n";
    assert_eq!(seen(&text), ["docker run: $a → style"]);
}
