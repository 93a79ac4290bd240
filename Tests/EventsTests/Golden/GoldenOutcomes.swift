/// What the samples of each kind are written as, to the byte. Change a line only together with the wire contract: only
/// optional members are ever added within a version.
enum GoldenOutcomes {
    static let lines = table.replacing("·\n", with: "").split(separator: "\n").map(String.init)

    private static let table = #"""
        {"type":"track","event":"Products Recommended","messageId":"rec-ffafdb79a140390997c560d5e438c07f",·
        "timestamp":"2015-10-28T12:00:00.000Z","receivedAt":"2015-10-28T12:00:00.000Z",·
        "context":{"library":{"name":"shopstream","version":"1.2.3"}},"userId":"u1",·
        "properties":{"list_id":"rec-ffafdb79a140390997c560d5e438c07f","model":"chain","trigger":"view",·
        "trigger_product_id":"p1","products":[{"product_id":"p2","position":1,"score":0.3127,·
        "reason":"bought-after","evidence_product_id":"p1","evidence_count":31.4,"evidence_total":100.2},·
        {"product_id":"p3","position":2,"score":0.0415,"reason":"popular"}],"schema_version":1}}
        {"type":"track","event":"Churn Risk Detected","messageId":"churn-32818ea76263e040ce8d4adbde3d447e",·
        "timestamp":"2015-10-28T12:00:00.000Z","receivedAt":"2015-10-28T12:00:00.000Z",·
        "context":{"library":{"name":"shopstream","version":"1.2.3"}},·
        "originalTimestamp":"2015-10-28T12:00:00.000Z","sentAt":"2015-10-28T12:00:00.000Z","userId":"u1",·
        "properties":{"churn_probability":0.8249,"risk_level":"high","previous_risk_level":"medium",·
        "days_since_last_order":74,"historic_number_of_orders":6,"average_days_between_orders":28.5,·
        "expected_date_of_next_order":"2015-09-13","average_order_value":46.94,"value":46.94,"currency":"USD",·
        "sentiment_score":-0.4,"primary_reason":"order_gap","reasons":["order_gap","negative_review"],·
        "suggested_measure":"coupon","model_version":"mbg-nbd-1","schema_version":1}}
        {"type":"track","event":"Churn Risk Cleared","messageId":"churn-60577930237938be2f09d52d525b8160",·
        "timestamp":"2015-10-28T12:00:00.000Z","receivedAt":"2015-10-28T12:00:00.000Z",·
        "context":{"library":{"name":"shopstream","version":"1.2.3"}},·
        "originalTimestamp":"2015-10-28T12:00:00.000Z","sentAt":"2015-10-28T12:00:00.000Z","userId":"u2",·
        "properties":{"churn_probability":1,"risk_level":"none","previous_risk_level":"low",·
        "days_since_last_order":0,"historic_number_of_orders":1,"primary_reason":"inactivity","reasons":[],·
        "suggested_measure":"none","model_version":"mbg-nbd-1","schema_version":1}}
        {"type":"track","event":"Product Sentiment Updated",·
        "messageId":"sentiment-e7405a8376f37053b9e13c2fd6a397c7","timestamp":"2015-10-28T12:00:00.000Z",·
        "receivedAt":"2015-10-28T12:00:00.000Z","context":{"library":{"name":"shopstream","version":"1.2.3"}},·
        "properties":{"product_id":"p1","reviews":48,"positive":30,"neutral":6,"negative":12,·
        "mean_polarity":0.2731,"hour":{"start":"2015-10-28T12:00:00.000Z","reviews":1,"mean_polarity":-0.71},·
        "day":{"start":"2015-10-28T00:00:00.000Z","reviews":3,"mean_polarity":-0.18},"trend":"steady",·
        "latest_polarity":-0.71,"latest_label":"negative","evidence":["missing","never answered"],·
        "schema_version":1}}
        {"type":"track","event":"Product Sentiment Shifted",·
        "messageId":"sentiment-e7405a8376f37053b9e13c2fd6a397c7","timestamp":"2015-10-28T12:00:00.000Z",·
        "receivedAt":"2015-10-28T12:00:00.000Z","context":{"library":{"name":"shopstream","version":"1.2.3"}},·
        "properties":{"category":"Games","reviews":48,"positive":30,"neutral":6,"negative":12,·
        "mean_polarity":0.2731,"hour":{"start":"2015-10-28T12:00:00.000Z","reviews":1,"mean_polarity":-0.71},·
        "day":{"start":"2015-10-28T00:00:00.000Z","reviews":3,"mean_polarity":-0.18},"trend":"worse",·
        "latest_polarity":-0.71,"latest_label":"negative","evidence":[],"schema_version":1}}
        {"product_id":"p1","category":"Games","as_of":"2015-10-28T12:00:00.000Z","popularity":17.25,·
        "views":1204,"orders":96,"bought_after":[{"product_id":"p2","weight":12.5}],"bought_after_total":24,·
        "viewed_after":[{"product_id":"p2","weight":88.1},{"product_id":"p3","weight":40.75}],·
        "viewed_after_total":310.4,"bought_after_view":[],"bought_after_view_total":0,"schema_version":1}
        {"category":"Games","as_of":"2015-10-28T12:00:00.000Z","popularity":17.25,"views":1204,"orders":96,·
        "bought_after":[{"product_id":"p2","weight":12.5}],"bought_after_total":24,·
        "viewed_after":[{"product_id":"p2","weight":88.1},{"product_id":"p3","weight":40.75}],·
        "viewed_after_total":310.4,"bought_after_view":[],"bought_after_view_total":0,"schema_version":1}
        {"model":"churn","r":0.6,"alpha":30.25,"a":0.123456789,"b":2980.957987,"schema_version":1}
        """#
}
