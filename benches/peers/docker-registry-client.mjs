import { promisify } from 'node:util';
import { json } from 'node:stream/consumers';
import { createClientV2 } from 'docker-registry-client';

export async function ask({ host, repository, tag }) {
  const client = createClientV2({ name: `${host}/${repository}`, scheme: 'http', insecure: true, acceptManifestLists: true, maxSchemaVersion: 2 });
  const getManifest = promisify(client.getManifest.bind(client));
  const createBlobReadStream = promisify(client.createBlobReadStream.bind(client));
  try {
    const { manifests } = await getManifest({ ref: tag });
    const { digest } = manifests.find(({ platform }) => platform?.os === 'linux' && platform.architecture === 'amd64');
    const manifest = await getManifest({ ref: digest });
    const config = await json(await createBlobReadStream({ digest: manifest.config.digest }));
    return { manifest: digest, architecture: config.architecture };
  } finally {
    client.close();
  }
}
