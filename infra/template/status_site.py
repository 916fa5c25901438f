"""Where the status page, its feed and the banner lie: a private bucket, and CloudFront before it (``WithCdn``).

A bad day of the API does not hide the news: nothing here calls the desk.
"""

from typing import Any

BUCKET_ID = "StatusBucket"


def private_bucket(name: str) -> dict[str, Any]:
    """Nobody reads it but whom a policy lets, whatever is set up around it."""
    return {
        "Type": "AWS::S3::Bucket",
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
        "Properties": {
            "BucketName": {"Fn::Sub": f"vipdesk-${{Stage}}-{name}-${{AWS::AccountId}}-${{AWS::Region}}"},
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
            },
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
        },
    }


def resources() -> dict[str, Any]:
    return {
        BUCKET_ID: private_bucket("status"),
        "StatusAccess": {
            "Type": "AWS::CloudFront::OriginAccessControl",
            "Condition": "HasCdn",
            "Properties": {
                "OriginAccessControlConfig": {
                    "Name": {"Fn::Sub": "vipdesk-${Stage}-status-${AWS::Region}"},
                    "OriginAccessControlOriginType": "s3",
                    "SigningBehavior": "always",
                    "SigningProtocol": "sigv4",
                }
            },
        },
        "StatusCaching": {
            "Type": "AWS::CloudFront::CachePolicy",
            "Condition": "HasCdn",
            "Properties": {
                "CachePolicyConfig": {
                    "Name": {"Fn::Sub": "vipdesk-${Stage}-status-${AWS::Region}"},
                    # The objects say themselves how long they may be kept (Cache-Control); these are only the limits.
                    "MinTTL": 0,
                    "DefaultTTL": 10,
                    "MaxTTL": 300,
                    "ParametersInCacheKeyAndForwardedToOrigin": {
                        "EnableAcceptEncodingBrotli": True,
                        "EnableAcceptEncodingGzip": True,
                        "CookiesConfig": {"CookieBehavior": "none"},
                        "HeadersConfig": {"HeaderBehavior": "none"},
                        "QueryStringsConfig": {"QueryStringBehavior": "none"},
                    },
                }
            },
        },
        "StatusHeaders": {
            "Type": "AWS::CloudFront::ResponseHeadersPolicy",
            "Condition": "HasCdn",
            "Properties": {
                "ResponseHeadersPolicyConfig": {
                    "Name": {"Fn::Sub": "vipdesk-${Stage}-status-${AWS::Region}"},
                    "CorsConfig": {
                        "AccessControlAllowCredentials": False,
                        "AccessControlAllowHeaders": {"Items": ["*"]},
                        "AccessControlAllowMethods": {"Items": ["GET", "HEAD"]},
                        "AccessControlAllowOrigins": {"Items": ["*"]},
                        "AccessControlMaxAgeSec": 86_400,
                        "OriginOverride": True,
                    },
                    "SecurityHeadersConfig": {
                        "ContentTypeOptions": {"Override": True},
                        "StrictTransportSecurity": {"AccessControlMaxAgeSec": 31_536_000, "Override": True},
                    },
                }
            },
        },
        "StatusSite": {
            "Type": "AWS::CloudFront::Distribution",
            "Condition": "HasCdn",
            "Properties": {
                "DistributionConfig": {
                    "Enabled": True,
                    "Comment": {"Fn::Sub": "vipdesk-${Stage} status page"},
                    "DefaultRootObject": "index.html",
                    "HttpVersion": "http2and3",
                    "IPV6Enabled": True,
                    "PriceClass": "PriceClass_200",
                    "Origins": [
                        {
                            "Id": "status",
                            "DomainName": {"Fn::GetAtt": [BUCKET_ID, "RegionalDomainName"]},
                            "OriginAccessControlId": {"Fn::GetAtt": ["StatusAccess", "Id"]},
                            "S3OriginConfig": {"OriginAccessIdentity": ""},
                        }
                    ],
                    "DefaultCacheBehavior": {
                        "TargetOriginId": "status",
                        "ViewerProtocolPolicy": "redirect-to-https",
                        "AllowedMethods": ["GET", "HEAD", "OPTIONS"],
                        "Compress": True,
                        "CachePolicyId": {"Ref": "StatusCaching"},
                        "ResponseHeadersPolicyId": {"Ref": "StatusHeaders"},
                    },
                }
            },
        },
        "StatusBucketPolicy": {
            "Type": "AWS::S3::BucketPolicy",
            "Condition": "HasCdn",
            "Properties": {
                "Bucket": {"Ref": BUCKET_ID},
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "cloudfront.amazonaws.com"},
                            "Action": "s3:GetObject",
                            "Resource": {"Fn::Sub": f"${{{BUCKET_ID}.Arn}}/*"},
                            "Condition": {"StringEquals": {"AWS:SourceArn": _distribution_arn()}},
                        }
                    ],
                },
            },
        },
    }


def _distribution_arn() -> dict[str, Any]:
    return {"Fn::Sub": "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${StatusSite}"}


OUTPUTS: dict[str, Any] = {
    "StatusBucket": {"Value": {"Ref": BUCKET_ID}},
    "StatusUrl": {"Condition": "HasCdn", "Value": {"Fn::Sub": "https://${StatusSite.DomainName}"}},
}
