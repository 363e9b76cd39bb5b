import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** In PEM format. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/**
 * A self-signed certificate, which is trusted only by those who have it.
 * @param name of its subject
 * @param altName the names it is valid for, in the syntax of openssl
 */
export async function selfSignedCertificate(name = 'localhost', altName = 'IP:127.0.0.1'): Promise<Certificate> {
  const directory = await mkdtemp(join(tmpdir(), 'certificate-'));
  try {
    const [keyFile, certFile] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', `/CN=${name}`];
    const extension = ['-addext', `subjectAltName=${altName}`];
    await promisify(execFile)('openssl', [...request, ...extension, '-keyout', keyFile, '-out', certFile]);
    return { key: await readFile(keyFile, 'utf8'), cert: await readFile(certFile, 'utf8') };
  } finally {
    await rm(directory, { recursive: true });
  }
}
