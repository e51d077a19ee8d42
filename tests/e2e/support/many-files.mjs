// A thousand files with three thousand references to three hundred images: what a company has, made the same way every time.
//
// Seven in ten are as plain as most files are. The others have what a search for `image:` or `FROM` falls over: quotes, a flow
// mapping, lower case, a stage's name, a Dockerfile within YAML. One in twenty has CRLF, one in thirty no newline at its end.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export const FILES = 1000;
export const REFERENCES = 3000;
export const IMAGES = 300;
const REPOSITORIES = 10;

/** What only looks as if it named an image, and exists, so that whoever takes it for one finds it. */
export const DECOY = { repository: 'many/0', tag: 'decoy' };

/** The images: `many/3:1.17`. */
export function images() {
  const image = (_, number) => ({ repository: `many/${number % REPOSITORIES}`, tag: `1.${Math.floor(number / REPOSITORIES)}` });
  return Array.from({ length: IMAGES }, image);
}

/**
 * @param {string} host of the registry
 * @param {(image: { repository: string, tag: string }) => string} digestOf
 * @param {number} [padding] characters of comment in each file
 * @returns {Generator<{ name: string, text: string, pinned: string, digests: string[] }>} what each file says, and is to say
 */
export function* manyFiles(host, digestOf, padding = 0) {
  const all = images();
  const decoy = nameOf(host, DECOY);
  for (let file = 0; file < FILES; file += 1) {
    const [folder, write] = FORMS[file % FORMS.length];
    const three = [0, 1, 2].map((place) => all[(file * 3 + place) % IMAGES]);
    const names = three.map((image) => nameOf(host, image));
    const digests = three.map(digestOf);
    const written = (names) => {
      const text = write(...names, decoy) + (padding > 0 ? `# ${'-'.repeat(padding)}\n` : '');
      const ended = file % 30 === 29 ? text.trimEnd() : text;
      return file % 20 === 19 ? ended.replaceAll('\n', '\r\n') : ended;
    };
    yield { name: folder(String(file).padStart(4, '0')), text: written(names), pinned: written(names.map((name, place) => `${name}@${digests[place]}`)), digests };
  }
}

function nameOf(host, { repository, tag }) {
  return `${host}/${repository}:${tag}`;
}

/** Writes them. @returns {Promise<void>} */
export async function writeManyFiles(folder, files) {
  for (const { name, text } of files) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}

const kubernetes = (number) => `cluster/app-${number}.yaml`;
const compose = (number) => `stack-${number}/docker-compose.yml`;
const dockerfile = (number) => `build-${number}/Dockerfile`;

const deployment = (a, b, c) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app # of the shop
spec:
  template:
    spec:
      initContainers:
        - name: migrate
          image: ${a}
      containers:
        - name: app
          image: ${b} # the application
          args: ["--listen", "8080"]
        - name: proxy
          image: ${c}
`;

const stack = (a, b, c) => `services:
  web:
    image: ${a}
    ports: ["8080:80"]
  worker:
    image: ${b}
    command: work
  cache:
    image: ${c} # kept small
`;

const build = (a, b, c) => `FROM ${a} AS build
RUN make
FROM ${b} AS test
COPY --from=build /a /a
FROM ${c}
COPY --from=build /a /a
CMD ["/a"]
`;

const mixed = (a, b, c, decoy) => `apiVersion: v1
kind: ConfigMap
metadata: { name: files }
data:
  Dockerfile: |
    FROM ${decoy}
  note.yaml: |
    image: ${decoy}
---
apiVersion: v1
kind: Pod
metadata: { name: "a" }
spec:
  containers:
    - name: a
      image: "${a}"
    - { name: b, image: '${b}' }
    - image: ${c}   # é 漢字
      name: c
`;

const staged = (a, b, c, decoy) => `ARG BASE=${a}
from \${BASE} as base
COPY --from=${b} /b /b
RUN <<EOF
FROM ${decoy}
EOF
FROM \\
  ${c} AS last
FROM base
`;

const merged = (a, b, c) => `x-common: &common
  restart: always
services:
  web: { <<: *common, image: "${a}" }
  worker:
    <<: *common
    image: \${WORKER:-${b}}
  cache:
    image: '${c}'
`;

const FORMS = [
  [kubernetes, deployment], [compose, stack], [dockerfile, build], [kubernetes, deployment], [kubernetes, mixed],
  [compose, stack], [dockerfile, build], [kubernetes, deployment], [dockerfile, staged], [compose, merged],
];
