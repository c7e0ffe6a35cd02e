/** A large stack is larger than gRPC's default message of 4 MB. */
export const unlimited = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };
