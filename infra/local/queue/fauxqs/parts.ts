// fauxqs does not export its parts, so they are imported by path. README.md says which version that fits.
export { PersistenceManager } from '../../../../node_modules/fauxqs/dist/persistence.js';
export { S3Store } from '../../../../node_modules/fauxqs/dist/s3/s3Store.js';
export { SnsStore } from '../../../../node_modules/fauxqs/dist/sns/snsStore.js';
export { SqsStore } from '../../../../node_modules/fauxqs/dist/sqs/sqsStore.js';
