import { json } from 'node:stream/consumers';
import client from 'oci-registry-client';

const options = { scheme: 'http', insecure: true, acceptOCIManifests: true, acceptManifestLists: true };

export async function ask({ host, repository, tag }) {
  const registry = new client.RegistryClientV2({ name: `${host}/${repository}`, ...options });
  const { manifest: { manifests } } = await registry.getManifest({ ref: tag });
  const { digest } = manifests.find(({ platform }) => platform?.os === 'linux' && platform.architecture === 'amd64');
  const { manifest } = await registry.getManifest({ ref: digest });
  const { stream } = await registry.createBlobReadStream({ digest: manifest.config.digest });
  const config = await json(stream);
  return { manifest: digest, architecture: config.architecture };
}
