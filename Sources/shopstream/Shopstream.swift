import ArgumentParser

@main
struct ShopstreamCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shopstream",
        abstract: "Turns a shop's Kafka topics into recommendations, churn alerts and product sentiment."
    )
}
