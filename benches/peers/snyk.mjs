import client from '@snyk/docker-registry-v2-client';

const { contentTypes, getImageConfig, getManifest } = client;
// Without this it would ask for Docker's types only, and the registry would have no such image.
const acceptManifest = [contentTypes.OCI_INDEX_V1, contentTypes.OCI_MANIFEST_V1, contentTypes.MANIFEST_LIST_V2, contentTypes.MANIFEST_V2].join(', ');
const options = { protocol: 'http', acceptManifest };
const anonymous = [undefined, undefined];

export async function ask({ host, repository, tag }) {
  const manifest = await getManifest(host, repository, tag, ...anonymous, options);
  const config = await getImageConfig(host, repository, manifest.config.digest, ...anonymous, options);
  return { manifest: manifest.manifestDigest, architecture: config.architecture };
}
