/** The identity of the local stack's emulator, and the settings with which the functions find it. */
export const LOCAL_CLUSTER = {
  DATABASE_RESOURCE_ARN: 'arn:aws:rds:us-east-1:000000000000:cluster:orders-local',
  DATABASE_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:orders-local-000000',
};
