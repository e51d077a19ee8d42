// The least of them: it publishes one reading function, which takes the registry's word for the digest and reads nothing else.
import { getImageDigest } from '@sigstore/oci';

export async function ask({ host, repository, tag }) {
  return { index: await getImageDigest({ imageName: `${host}/${repository}`, imageTag: tag }) };
}
